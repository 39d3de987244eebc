"""The small parts: markup, limits, hosts, assets."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.http.limits import Limit
from bot.http.markup import Html, tag
from bot.http.pages import Page, render
from bot.http.refusals import TooMany
from core.clock import FixedClock
from tests.fakes.web_house import HOSTILE, NOON
from tests.unit.web.conftest import Tab

WEB = Path(__file__).parents[3] / "web"


def test_texts_and_attributes_are_escaped() -> None:
    made = str(tag("a", HOSTILE, href='"><script>', class_="x", aria_label="a & b", hidden=True, title=None))
    assert "<script" not in made.removeprefix("<a")
    assert "<img" not in made
    assert 'aria-label="a &amp; b" hidden>' in made
    assert str(tag("p", [Html("<b>kept</b>"), "<i>"])) == "<p><b>kept</b>&lt;i&gt;</p>"


def test_a_page_has_no_script_or_style_of_its_own() -> None:
    made = render(Page(title=HOSTILE, body=(HOSTILE,), script="widget/main.js", data={"most": HOSTILE})).text
    assert made.count("<script") == 1
    assert '<script src="/static/widget/main.js" type="module"></script>' in made
    assert "style=" not in made
    assert "<style" not in made
    assert "<img" not in made


def test_a_limit_counts_by_key_within_its_window() -> None:
    clock = FixedClock(NOON)
    limit = Limit(clock, most=2, window=timedelta(minutes=1))
    limit.take("a")
    limit.take("a")
    with pytest.raises(TooMany):
        limit.take("a")
    limit.take("b")
    clock.advance(timedelta(minutes=1))
    limit.take("a")


async def test_assets_come_with_their_type_and_are_not_sent_twice(tab: Tab) -> None:
    found = await tab.get("/static/shared/tokens.css")
    assert found.status == 200
    assert found.content_type == "text/css"
    again = await tab.get("/static/shared/tokens.css", **{"If-None-Match": found.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("path", ["../bot/server.py", "..%2fconfig.toml", "shared/none.css", "shared/", "%2e%2e/config.toml"])
async def test_no_other_file_is_served(tab: Tab, path: str) -> None:
    assert (await tab.get(f"/static/{path}")).status == 404


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.js")), ids=lambda path: path.name)
def test_the_modules_make_no_markup_from_data_and_call_nobody_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "https://"):
        assert word not in text, f"{path.name} uses {word}"
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.css")), ids=lambda path: path.name)
def test_colours_are_named_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "url(" not in text
    assert "@import" not in text
    if path.name != "tokens.css":
        assert "#" not in "".join(line.partition("{")[2] for line in text.splitlines())
