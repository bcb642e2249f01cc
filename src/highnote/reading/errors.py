"""What a reader says when it cannot read."""


class ReadingError(Exception):
    """A draft could not be read; the text says why and what mends it, in one sentence."""
