"""A mistake of whoever called, or of the file they wrote: one sentence that says what to do."""


class Problem(Exception):
    """Ends the program with exit status 2; its text is all that is printed."""
