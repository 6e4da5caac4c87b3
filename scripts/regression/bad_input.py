"""What the one who asked has to put right: said in a sentence, exit status 2."""


class BadInput(Exception):
    """The sentence."""
