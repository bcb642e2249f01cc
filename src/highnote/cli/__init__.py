"""The `highnote` command. Nothing here imports spaCy before a draft has to be read."""

from highnote.cli.app import main

__all__ = ["main"]
