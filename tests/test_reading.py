"""Readers: blocks, quotes, formats, offsets that lead back to the source, and edits written back."""

from __future__ import annotations

import codecs
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highnote.draft import Draft, Kind, Zone
from highnote.finding import Edit
from highnote.reading import ReadingError, read, read_email, read_html, read_path, read_text
from highnote.reading.markdown import read_markdown
from highnote.reading.traced import INVISIBLE

sys.path.insert(0, str(Path(__file__).parent))
import quotes_score

BODY = (
    "Hi Ben,\n\nI’m sorry the café order 😀 is late. As I said on the phone, the refund takes five days and you will "
    "see it on your next statement.\nIt left today.\n\nKind regards,\nSam Doe\n"
)
SAID = "As I said on the phone, the"


def texts(draft: Draft, *zones: Zone) -> list[str]:
    return [block.text for block in draft.blocks if not zones or block.zone in zones]


def replaced(draft: Draft, old: str, new: str) -> str:
    block = next(block for block in draft.blocks if old in block.text)
    at = block.text.index(old)
    start, end = block.source_span(at, at + len(old))
    return draft.apply([Edit(start=start, end=end, text=new)])


def mail(body: str = BODY, **how: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Sam Doe <sam@shop.example>"
    message["To"] = "ben@home.example"
    message["Subject"] = "Re: Your order"
    message.set_content(body, **how)
    return message


# Plain text


def test_wrapped_lines_are_one_block_with_single_spaces() -> None:
    draft = read_text("Thank you for the two photos that\r\n\tyou sent us  on\u00a0Monday, they\r\nhelped a lot.")
    assert texts(draft) == ["Thank you for the two photos that you sent us on Monday, they helped a lot."]


def test_items_and_headings_lose_their_markers() -> None:
    draft = read_text("# Steps\n\nDo this:\n\n- open it\n  with care\n* close it\n1. wait\n2) smile\n")
    assert [(block.text, block.kind) for block in draft.blocks] == [
        ("Steps", Kind.HEADING),
        ("Do this:", Kind.PARAGRAPH),
        ("open it with care", Kind.ITEM),
        ("close it", Kind.ITEM),
        ("wait", Kind.ITEM),
        ("smile", Kind.ITEM),
    ]


def test_address_lines_stay_apart_and_a_wrapped_date_is_no_item() -> None:
    draft = read_text("Send it to this address:\nSpoke & Wheel Ltd\n12 Mill Lane\nLeeds LS1 4AB\n")
    assert texts(draft) == ["Send it to this address:", "Spoke & Wheel Ltd", "12 Mill Lane", "Leeds LS1 4AB"]
    draft = read_text("The engineer will be with you some time in the afternoon of the\n12. of March, as agreed.")
    assert len(draft.blocks) == 1


def test_an_empty_text_is_an_empty_draft() -> None:
    for empty in ("", "\n\n", " \t\r\n"):
        assert read_text(empty).blocks == ()
        assert read_text(empty).apply([]) == empty


PIECES = st.sampled_from(
    [
        "\r\n",
        "\n",
        "\n\n",
        "\t",
        " ",
        "  ",
        "\xa0",
        "> ",
        ">> ",
        "- ",
        "1. ",
        "😀",
        "👩\u200d👩\u200d👧",
        "é",
        "’",
        "“so”",
        "\u200b",
        "\xad",
        "Hi Ben,",
        "Kind regards,",
        "Sam Doe",
        "-- ",
        "Thanks for it.",
        "On 3 May 2026 at 10:12, Jo <jo@x.org> wrote:",
        "From: Jo <jo@x.org>\nSent: 3 May\nSubject: x\n",
        "&amp;",
        "<b>",
        "</b>",
        "<p>",
        "*so*",
        "`x`",
        "[a](b)",
        "\\*",
        "=",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=25).map("".join))


def assert_traced(draft: Draft) -> None:
    assert draft.apply([]) == draft.source
    for block in draft.blocks:
        assert block.text and block.text == block.text.strip()
        assert len(block.text) == len(block.starts) == len(block.ends)
        assert all(start < end for start, end in zip(block.starts, block.ends, strict=True))
        assert all(a <= b for a, b in zip(block.starts, block.starts[1:], strict=False))
        assert all(a <= b for a, b in zip(block.ends, block.ends[1:], strict=False))
        assert block.ends[-1] <= len(draft.source)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_character_of_plain_text_leads_to_itself(text: str) -> None:
    draft = read_text(text)
    assert_traced(draft)
    for block in draft.blocks:
        for char, start, end in zip(block.text, block.starts, block.ends, strict=True):
            shown = text[start:end]
            assert shown == char or (char == " " and not shown.strip(f" >{INVISIBLE}\r\n\t").strip())
        assert all(a <= b for a, b in zip(block.ends, block.starts[1:], strict=False))
    for before, after in zip(draft.blocks, draft.blocks[1:], strict=False):
        assert before.ends[-1] <= after.starts[0]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_markdown_and_html_offsets_are_in_order(text: str) -> None:
    assert_traced(read_markdown(text))
    assert_traced(read_html(text))


@settings(max_examples=100, deadline=None)
@given(TEXTS.filter(str.strip), st.sampled_from(["quoted-printable", "base64"]))
def test_a_mail_reads_like_its_text(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    draft = read_email(mail(text, cte=encoding).as_bytes())
    assert_traced(draft)
    bare = "".join("".join(texts(read_text(text))).split())
    assert "".join("".join(texts(draft)).split()) == bare


# Markdown and HTML


def test_markdown_reads_prose_only() -> None:
    source = (
        "---\r\ntitle: x\r\n---\r\n# Reset *it*\r\n\r\nHi Ben,\r\n\r\nThe **new** [guide](https://x.org/a_(b)) says "
        "&amp; shows\\* `code`.\r\n\r\n```\r\nsorry\r\n```\r\n\r\n- One\r\n- Two\r\n\r\n> Where is it?\r\n\r\n"
        "Kind regards,  \r\nSam\r\n-- \r\nAcme\r\n"
    )
    draft = read_markdown(source)
    assert [(block.text, block.zone) for block in draft.blocks] == [
        ("Reset it", Zone.BODY),
        ("Hi Ben,", Zone.GREETING),
        ("The new guide says & shows* \ufffc.", Zone.BODY),
        ("One", Zone.BODY),
        ("Two", Zone.BODY),
        ("Where is it?", Zone.QUOTE),
        ("Kind regards,", Zone.CLOSING),
        ("Sam", Zone.SIGNATURE),
        ("Acme", Zone.SIGNATURE),
    ]
    assert "The **old** [guide]" in replaced(draft, "new", "old")
    assert "shows\\*" in source and source[draft.blocks[2].starts[-4] : draft.blocks[2].ends[-4]] == "\\*"


def test_html_reads_what_is_seen() -> None:
    source = (
        "<html><head><title>x</title><style>p{}</style></head><body><p>Hi Ben &amp; Ana,</p><p>It&rsquo;s <b>so</b>rted"
        ",&nbsp;use\n <code>a b</code> &#x1F600;&lt;now.</p><ul><li>One</li><li>Two</ul><div>Kind regards,</div>"
        '<div>Sam</div><pre class="moz-signature">Acme</pre>'
        '<div class="moz-cite-prefix">On 3 May 2026 at 10:12, Ben wrote:</div>'
        "<blockquote>Where is it?</blockquote></body></html>"
    )
    draft = read_html(source)
    assert texts(draft, Zone.GREETING) == ["Hi Ben & Ana,"]
    assert texts(draft, Zone.BODY) == ["It’s sorted, use \ufffc 😀<now.", "One", "Two"]
    assert texts(draft, Zone.CLOSING, Zone.SIGNATURE) == ["Kind regards,", "Sam", "Acme"]
    assert [message.text for message in draft.quoted] == ["Where is it?"]
    assert "<p>Hi A &amp; B,</p>" in replaced(draft, "Ben & Ana", "A & B")


def test_an_edit_across_a_tag_leaves_the_markup_whole() -> None:
    draft = read_html("<p>We are <b>very sorry</b> today.</p>")
    assert replaced(draft, "We are very", "Very") == "<p>Very<b> sorry</b> today.</p>"


# E-mail


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("new", ["The", "The “new”", "Ein Stück & <b>: the " + "long " * 30 + "tail of the"])
def test_edits_in_a_mail_give_a_valid_mail(encoding: str, new: str) -> None:
    data = mail(cte=encoding).as_bytes()
    draft = read_email(data)
    assert draft.source.encode(draft.encoding) == data
    assert texts(draft, Zone.GREETING) == ["Hi Ben,"]
    changed = replaced(draft, SAID, new).encode(draft.encoding)
    again = message_from_bytes(changed, policy=policy.default)
    assert again.get_content().replace("\r\n", "\n") == BODY.replace(SAID, new)
    assert encoding == "8bit" or max(map(len, changed.splitlines())) <= 78


def test_offsets_in_quoted_printable_lead_to_the_very_characters() -> None:
    draft = read_email(mail(cte="quoted-printable").as_bytes())
    block = next(block for block in draft.blocks if "’" in block.text)
    at = block.text.index("’")
    assert draft.source[block.starts[at] : block.ends[at]] == "=E2=80=99"


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "x-unknown", "utf-16", '"'])
def test_a_wrong_charset_is_survived_and_a_change_widens_a_narrow_one(charset: str) -> None:
    head = f"From: a@b.example\nSubject: x\nContent-Type: text/plain; charset={charset}\n\n"
    draft = read_email(head.encode() + "Hi Ben,\n\nThe café is open.\n".encode("latin-1"))
    assert draft.blocks
    if charset in ("us-ascii", "iso-8859-1"):
        assert texts(draft)[-1] == "The café is open."
        changed = replaced(draft, "open", "“open”").encode(draft.encoding)
        assert texts(read_email(changed))[-1] == "The café is “open”."


def test_alternatives_are_read_once_and_edited_twice() -> None:
    message = mail()
    message.add_alternative(
        "<p>Hi Ben,</p><p>I’m sorry the café order 😀 is late. <b>As I said</b> on the phone, the refund takes five "
        "days and you will see it on your next statement.</p><p>It left today.</p><p>Kind regards,<br>Sam Doe</p>",
        subtype="html",
    )
    message.add_attachment(b"sorry", maintype="text", subtype="plain", filename="note.txt")
    draft = read_email(message.as_bytes())
    assert texts(draft).count("Hi Ben,") == 1 and "sorry" not in texts(draft)
    again = message_from_bytes(replaced(draft, SAID, "The").encode(draft.encoding), policy=policy.default)
    rich = again.get_body(("html",))
    plain = again.get_body(("plain",))
    assert rich is not None and "late. <b>The</b> refund" in rich.get_content()
    assert plain is not None and "late. The refund" in plain.get_content()
    only = read_email(message.as_bytes().replace(b"It left today.</p>", b"It is gone.</p>"))
    assert replaced(only, "It left today.", "It left.") == only.source


def test_html_only_mail() -> None:
    message = mail()
    message.set_content("<p>Hi Ben,</p><p>Sorry &amp; thanks.</p>", subtype="html", cte="quoted-printable")
    draft = read_email(message.as_bytes())
    assert texts(draft) == ["Hi Ben,", "Sorry & thanks."]
    assert "A &lt; B" in replaced(draft, "Sorry", "A < B")


def test_flowed_lines_are_joined() -> None:
    data = (
        b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/plain; format=flowed; delsp=yes\r\n\r\n"
        b"Hi Ben,\r\n\r\nIt is a lo \r\nng way,  \r\nthey say.  \r\nIt goes.\r\n\r\n-- \r\nSam\r\n> so  \r\n> it is\r\n"
    )
    draft = read_email(data)
    assert texts(draft) == ["Hi Ben,", "It is a long way, they say. It goes.", "Sam", "so it is"]
    assert texts(read_email(replaced(draft, "It goes.", "").encode()))[:3] == [
        "Hi Ben,",
        "It is a long way, they say.",
        "Sam",
    ]


def test_an_attached_mail_is_a_quote_of_the_customer() -> None:
    inner = EmailMessage()
    inner["From"] = "Ben <ben@home.example>"
    inner["Date"] = "Sun, 2 Feb 2025 10:00:00 +0000"
    inner.set_content("Where is my order?")
    message = mail()
    message.add_attachment(inner)
    draft = read_email(message.as_bytes())
    assert texts(draft, Zone.QUOTE) == ["Where is my order?"]
    assert [(entry.sender, entry.date and entry.date.day) for entry in draft.quoted] == [("customer", 2)]


def test_a_signed_mail_is_locked() -> None:
    data = (
        b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/signed; boundary=q\n\n"
        b"--q\nContent-Type: text/plain\n\nHi Ben,\n\nAs I said.\n\n"
        b"--q\nContent-Type: application/pgp-signature\n\nX\n--q--\n"
    )
    draft = read_email(data)
    assert texts(draft) == ["Hi Ben,", "As I said."] and draft.locked
    assert replaced(draft, "As I said.", "") == draft.source


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"Hello there,\n\nno header at all.\n", "no e-mail"),
        (b"From: a@b.example\nContent-Type: multipart/mixed\n\nHi", "broken"),
        (b"From: a@b.example\nContent-Type: multipart/encrypted; boundary=x\n\n--x\n\na\n--x--\n", "encrypted"),
        (b"\x00\x01\x02" * 100, "binary"),
    ],
)
def test_what_is_no_mail_says_so(data: bytes, word: str) -> None:
    with pytest.raises(ReadingError, match=word):
        read(data, "email")


# Quoted messages


def test_quoted_messages_are_dated_and_in_order() -> None:
    draft = read_text(
        "Hi Derek,\n\nIt is on its way.\n\nBest,\nKayla\n\nOn Mon, Sep 7, 2026 at 8:12 AM Derek <derek@home.example>\n"
        "wrote:\n> Third time.\n>\n> On Fri, Sep 4, 2026 at 9:00 PM Kayla <kayla@shop.example> wrote:\n>> We look.\n"
    )
    assert [(m.sender, m.text, m.date and (m.date.day, m.date.hour)) for m in draft.quoted] == [
        ("agent", "We look.", (4, 21)),
        ("customer", "Third time.", (7, 8)),
    ]
    assert texts(draft, Zone.BODY) == ["It is on its way."]


@pytest.mark.parametrize(
    "header",
    [
        "From: Jo <jo@x.example>\nSent: Monday, 3 February 2025 10:00\nTo: Us\nSubject: Hm",
        "-----Original Message-----\nFrom: Jo\nSent: Monday\nTo: Us\nSubject: Hm",
        "Von: Jo <jo@x.example>\nGesendet: Montag, 3. Februar 2025 10:00\nAn: Uns\nBetreff: Hm",
        "De : Jo <jo@x.example>\nEnvoyé : lundi 3 février 2025 10:00\nÀ : Nous\nObjet : Hm",
        "Am 03.02.2025 um 10:00 schrieb Jo <jo@x.example>:",
        "Le lun. 3 févr. 2025 à 10:00, Jo <jo@x.example> a écrit :",
        "El 3 feb 2025, a las 10:00, Jo <jo@x.example> escribió:",
        "Il giorno lun 3 feb 2025 alle ore 10:00 Jo <jo@x.example> ha scritto:",
        "Op ma 3 feb 2025 om 10:00 schreef Jo <jo@x.example>:",
        "Den 3 feb. 2025 kl. 10:00 skrev Jo <jo@x.example>:",
        "Em seg., 3 de fev. de 2025 às 10:00, Jo <jo@x.example> escreveu:",
        "---------- Forwarded message ---------\nFrom: Jo <jo@x.example>\nDate: Mon, 3 Feb 2025 10:00\nSubject: Hm",
    ],
)
def test_headers_in_several_languages_begin_a_quote(header: str) -> None:
    draft = read_text(f"It left today.\n\n{header}\n\nWhere is it?\n\nIt is late.\n")
    assert texts(draft, Zone.BODY) == ["It left today."]
    assert [message.text for message in draft.quoted] == ["Where is it?\n\nIt is late."]


@pytest.mark.parametrize(
    "text",
    [
        "On 12 March you wrote:\n\nthat the box was open. I am sorry.",
        "On Monday I wrote to you about it.",
        "From: 9:00\nTo: 17:00",
        "Date: 3 May\nTo: Leeds",
    ],
)
def test_prose_is_no_header(text: str) -> None:
    assert not texts(read_text(f"Thank you.\n\n{text}\n"), Zone.QUOTE)


@pytest.mark.skipif(not list(quotes_score.cases(quotes_score.corpora())), reason="the corpora are not there")
def test_replies_come_out_as_expected() -> None:
    found = list(quotes_score.cases(quotes_score.corpora()))
    right = sum(quotes_score.bare(expected) in quotes_score.ours(text) for _, text, expected in found)
    assert right >= 0.85 * len(found)
    for _, text in quotes_score.inputs(quotes_score.corpora()):
        assert_traced(read_text(text))


# Files


def test_formats_by_suffix_and_by_look(tmp_path: Path) -> None:
    cases = {"a.txt": "Hi *Ben*,", "a.md": "Hi *Ben*,", "a.html": "<p>Hi Ben,", "a": "<p>Hi Ben,</p>"}
    for name, text in cases.items():
        (tmp_path / name).write_text(text)
    assert [texts(read_path(tmp_path / name))[0] for name in cases] == ["Hi *Ben*,", "Hi Ben,", "Hi Ben,", "Hi Ben,"]
    (tmp_path / "m").write_bytes(mail().as_bytes())
    assert read(tmp_path / "m").blocks[0].text == "Hi Ben,"
    assert read("Hi Ben,").name == "draft" and read(b"Hi Ben,").blocks[0].zone is Zone.GREETING


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_kept_for_writing(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Hi Zoë,\r\n\r\nIt left.\r\n".encode(encoding))
    draft = read_path(path)
    assert texts(draft) == ["Hi Zoë,", "It left."]
    assert draft.apply([]).encode(draft.encoding) == path.read_bytes()


def test_what_cannot_be_read_says_why_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "binary.txt").write_bytes(b"PK\x03\x04\0\0")
    (tmp_path / "latin.txt").write_bytes("one\ntwo\ncafé\n".encode("latin-1"))
    (tmp_path / "long.txt").write_bytes(b"a" * 10_000_001)
    (tmp_path / "half.txt").write_bytes(codecs.BOM_UTF16_LE + b"a")
    cases = {
        "gone.txt": "does not exist",
        ".": "is a folder",
        "binary.txt": "binary",
        "latin.txt": "line 3, byte 11 is 0xE9",
        "long.txt": "longer than 10 MB",
        "half.txt": "not valid UTF-16",
    }
    for name, words in cases.items():
        with pytest.raises(ReadingError, match=words):
            read_path(tmp_path / name)


def test_an_empty_file_of_any_kind_is_an_empty_draft(tmp_path: Path) -> None:
    for suffix in ("txt", "md", "html", "eml"):
        path = tmp_path / f"empty.{suffix}"
        path.write_bytes(b"")
        assert read_path(path).blocks == ()
