"""Templates: each language's tokens, the ways that its branches come out, and the drafts that they make."""

from highnote.reading.templates.read import ProseFormat, read_template

__all__ = ["ProseFormat", "read_template"]
