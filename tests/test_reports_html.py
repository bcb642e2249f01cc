"""The HTML report, in a real browser: nothing is run that a draft holds, and filters, search and keys do their work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from highnote import lint, reporters
from highnote.reading import read, read_path
from highnote.reporters import Format
from highnote.reporters.places import Checked, Results

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DRAFTS = Path(__file__).parent.parent / "examples" / "drafts"
EVIL = (
    "Hi <script>document.title = 'run'</script>,\n\nAs I said </script><img src=x onerror=\"document.title='run'\">, no.\n\n"
    "{{ 7 * 7 }} It is {% raw %} late </p></textarea> &amp;.\n\nBye,\nTom\n"
)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def page_text() -> str:
    drafts = [
        read_path(DRAFTS / name, name=name) for name in ("late-refund.txt", "dead-speaker.eml", "lost-parcel.txt")
    ]
    drafts.append(read(EVIL, "text", 'evil <b>" onclick="x.txt'))
    checked = [Checked(draft, lint(draft)) for draft in drafts]
    unreadable = checked[0].report.model_copy(update={"name": "<i>x", "error": "<i>x is binary."})
    return reporters.render(Format.HTML, Results(checked, [unreadable], "1.2.3"))


def test_it_is_one_file_that_asks_for_nothing(page_text: str) -> None:
    assert "http:" not in page_text and "https:" not in page_text and "url(" not in page_text
    assert "default-src 'none'" in page_text
    assert "<script>document" not in page_text and "<img" not in page_text
    assert "49" not in page_text.split("<main", 1)[1].split("{{ 7 * 7 }}")[1][:40]  # a draft is no template
    assert "<i>x" not in page_text and "evil <b>" not in page_text


def test_what_a_reader_sees_of_an_encoded_mail(page_text: str) -> None:
    assert "I’m sorry, but we can’t refund opened boxes." in page_text
    assert "=E2=80=99" not in page_text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra `test`)")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium here (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as driver:
        one = driver.chromium.launch(executable_path=program, args=QUIET)
        yield one
        one.close()


@pytest.fixture
def page(browser: Browser, page_text: str, tmp_path: Path) -> Iterator[Page]:
    file = tmp_path / "report.html"
    file.write_text(page_text, encoding="utf-8")
    one = browser.new_page()
    said: list[Any] = []
    one.on("console", lambda message: said.append(message.text))
    one.on("pageerror", lambda error: said.append(str(error)))
    one.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    one.goto(file.as_uri())
    yield one
    assert said == []
    assert one.title().startswith("highnote: ")  # no draft has set it
    one.close()


def shown(page: Page) -> int:
    return page.locator(".finding:visible").count()


def test_filters_and_search(page: Page) -> None:
    every = shown(page)
    assert every == page.locator(".finding").count() > 8
    assert page.locator("#shown").inner_text() == f"{every} findings"
    page.get_by_role("checkbox", name="warning").uncheck()
    errors = shown(page)
    assert 0 < errors < every
    page.get_by_label("Rule").select_option("rebuke/as-i-said")
    assert {one.get_attribute("data-rule") for one in page.locator(".finding:visible").all()} == {"rebuke/as-i-said"}
    page.get_by_label("Rule").select_option("")
    page.get_by_label("Search").fill("LATE-REFUND lucky")
    assert shown(page) == 1
    assert page.locator(".draft:visible").count() == 1
    page.get_by_label("Search").fill("no such words")
    assert shown(page) == 0 and page.get_by_text("No finding fits the filters.").is_visible()
    page.get_by_label("Search").press("Escape")
    assert shown(page) == errors


def test_a_click_on_marked_words_leads_to_the_finding_and_back(page: Page) -> None:
    mark = page.locator(".mark", has_text="lucky")
    mark.click()
    focused = page.locator(".finding:focus")
    assert focused.get_attribute("data-rule") == "last-word/favour"
    assert "active" in (mark.get_attribute("class") or "")
    page.locator(".finding[data-rule='ending/apology'] .message").first.click()
    assert "active" not in (mark.get_attribute("class") or "")
    page.locator(".finding:focus summary").click()
    assert page.locator(".finding details[open] p").first.is_visible()


def test_keys(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".finding:focus").get_attribute("id") == "f2"
    page.keyboard.press("k")
    assert page.locator(".finding:focus").get_attribute("id") == "f1"
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.get_by_label("Search").input_value() == "jk"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(browser: Browser, page_text: str, scheme: Any) -> None:
    """Contrast of at least 4.5 (WCAG AA) for all text, in light and dark."""
    one = browser.new_page(color_scheme=scheme)
    one.set_content(page_text)
    poor = one.evaluate(CONTRAST)
    one.close()
    assert poor == []


def test_it_prints(browser: Browser, page_text: str) -> None:
    one = browser.new_page()
    one.set_content(page_text)
    one.emulate_media(media="print")
    assert not one.locator(".tools").is_visible()
    assert one.locator(".finding").last.is_visible()
    assert one.pdf()[:5] == b"%PDF-"
    one.close()


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const back = rgba(getComputedStyle(one).backgroundColor);
      if (back[3] > 0) return back;
    }
    return rgba("Canvas");
  };
  const poor = [];
  for (const one of document.querySelectorAll("body *:not(option, script, style)")) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !one.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push(`${one.className || one.tagName}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""
