"""Is this commit slower than that one? Pairs of interleaved runs, and what they can tell."""
