"""A real Chromium in front of the small house."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.server import build_app
from tests.fakes.web_house import House

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PATIENCE_MS = 15_000

expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason=f"No Chromium at {CHROMIUM}: install it, or name it in the variable CHROMIUM.")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(missing)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def address(house: House) -> AsyncIterator[str]:
    server = TestServer(build_app(house.rooms))
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        started = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


Open = Callable[[str], Awaitable[Page]]


@pytest.fixture
async def open_as(browser: Browser, address: str) -> AsyncIterator[Open]:
    """Opens a fresh browser as the person of that name on the start page. Whatever a page complains of fails the test."""
    complaints: list[str] = []
    foreign: list[str] = []

    async def opened(name: str) -> Page:
        context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="Europe/London")
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if "Content Security Policy" in told.text else None)
        page.on("request", lambda sent: foreign.append(sent.url) if not sent.url.startswith(address) else None)
        await page.goto(f"{address}/demo")
        await page.get_by_role("link", name=name).first.click()
        return page

    yield opened
    for context in browser.contexts:
        await context.close()
    assert complaints == []
    assert foreign == []
