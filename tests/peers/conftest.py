"""One server and two people's Teams for all tests of this folder."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.peers.programs import CHROMIUM, Person, missing, playground, server

PATIENCE_MS = 40_000
ROSA = Person(id="user-rosa", name="Rosa Delgado", email="rosa@lumenstreet.example", number=21)
BEA = Person(id="user-bea", name="Bea Lindgren", email="bea.lindgren@halcyon.example", number=22)

expect.set_options(timeout=PATIENCE_MS)
Open = Callable[[str], Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.peers)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if lacking := missing():
        pytest.skip(lacking)
    return tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="module")
def bot(folder: Path) -> Iterator[str]:
    with server(folder) as address:
        yield address


@pytest.fixture(scope="module")
def rosas(bot: str, folder: Path) -> Iterator[str]:
    with playground(ROSA, bot, folder / "rosa") as address:
        yield address


@pytest.fixture(scope="module")
def beas(bot: str, folder: Path) -> Iterator[str]:
    with playground(BEA, bot, folder / "bea") as address:
        yield address


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Opens a Playground's page and waits until it has told the bot of itself, then hides its log."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        async def page_of(address: str) -> Page:
            page = await browser.new_page(viewport={"width": 1400, "height": 1600})
            page.set_default_timeout(PATIENCE_MS)
            await page.goto(address)
            await expect(page.get_by_text("conversationUpdate 200").first).to_be_visible()
            await page.get_by_role("button", name="Hide log panel").click()
            return page

        yield page_of
        await browser.close()
