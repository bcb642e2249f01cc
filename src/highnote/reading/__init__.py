"""Reading drafts: from plain text, Markdown, HTML and e-mail to blocks of prose with offsets to the source."""

from highnote.reading.errors import ReadingError
from highnote.reading.exports import Columns, read_export
from highnote.reading.files import MAX_BYTES, SUFFIXES, Format, read, read_path
from highnote.reading.html import read_html
from highnote.reading.mail import read_email
from highnote.reading.markdown import read_markdown
from highnote.reading.plain import message_blocks, read_text
from highnote.reading.templates import ProseFormat, read_template

__all__ = [
    "MAX_BYTES",
    "SUFFIXES",
    "Columns",
    "Format",
    "ProseFormat",
    "ReadingError",
    "message_blocks",
    "read",
    "read_email",
    "read_export",
    "read_html",
    "read_markdown",
    "read_path",
    "read_template",
    "read_text",
]
