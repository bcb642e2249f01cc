"""Reading drafts: from plain text, Markdown, HTML and e-mail to blocks of prose with offsets to the source.

`read` reads them all; Markdown, templates and exports are in modules of their own, which are loaded when they are needed.
"""

from highnote.reading.errors import ReadingError
from highnote.reading.files import MAX_BYTES, SUFFIXES, Format, read, read_path
from highnote.reading.html import read_html
from highnote.reading.mail import read_email
from highnote.reading.plain import message_blocks, read_text

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "Format",
    "ReadingError",
    "message_blocks",
    "read",
    "read_email",
    "read_html",
    "read_path",
    "read_text",
]
