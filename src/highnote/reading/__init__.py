"""Reading drafts: from plain text, Markdown, HTML and e-mail to blocks of prose with offsets to the source."""

from highnote.reading.plain import message_blocks, read_text

__all__ = ["message_blocks", "read_text"]
