"""Which shard a check belongs to: the same on every machine, in every night, whatever else there is.

The hash is of the name alone (Python's own hash differs from process to process), so adding a check
moves no other one, and all jobs of a check are in one shard. Every name is in exactly one shard of N.
"""

import hashlib


def shard_of(name, count):
    """The number of the shard, from 0 to count - 1."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") % count


def belongs(name, index, count):
    return shard_of(name, count) == index


def seed_for(night_seed, job):
    """A seed of 63 bits for one job: fresh each night, the same when the night is resumed."""
    digest = hashlib.sha256(f"{night_seed}\0{job}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
