"""Whatever a model, a tool or a customer writes, pages show it as words: nothing is fetched, sent or run because of it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from bot.http.fence import HEADERS, Handler
from bot.server import build_app
from tests.browser.conftest import CHROMIUM, PATIENCE_MS
from tests.browser.hostile.grammar import FAMILIES, Output, outputs
from tests.browser.hostile.stage import BY_BOT, END, SLOTS, Stage, slot_of
from tests.browser.hostile.watch import Listener, Watch, looked_up
from tests.fakes.web_house import House

COUNT, BATCH = 2_000, 500
SAFE_TEXT = "node.textContent = value;"
RAW_TEXT = "node.innerHTML = value;"
PAGES = ("/demo", "/demo/outbox", "/help", "/help/any", "/chat", "/console", "/console/approvals", "/nowhere")
LISTS = ("conversations", "approvals", "deliveries", "promises", "revenue", "suggestions", "connect", "trace/c1", "explain/t-end")
NOT_IN_TIMELINE = ("citation", "card button")
COPIED = """
async (texts) => {
  const { article } = await import("/static/shared/article.js");
  for (const text of texts) document.querySelector(".source-body").append(article(text));
}
"""


@dataclass
class Show:
    """One batch in a browser of its own context, watched."""

    browser: Browser
    stage: Stage
    watch: Watch
    address: str
    raw: bool = False
    bare: bool = False
    read: int = 0

    async def page(self, name: str) -> Page:
        context = await self.browser.new_context(bypass_csp=self.bare, locale="en-GB", timezone_id="Europe/London")
        context.set_default_timeout(PATIENCE_MS)
        await self.watch.over(context)
        page = await context.new_page()
        if self.raw:
            await page.route("**/static/shared/dom.js", _with_raw_text)
        await page.goto(f"{self.address}/demo")
        await page.get_by_role("link", name=name).first.click()
        return page

    async def reads(self, page: Page, where: str, texts: Sequence[str]) -> None:
        """All of it is there, letter by letter."""
        shown = str(await page.locator(where).evaluate("(node) => node.textContent"))
        missing = [text for text in texts if text not in shown]
        assert missing == [], f"{len(missing)} outputs aren't shown as they are, as: {missing[0]!r}"
        self.read += len(texts)

    async def chat(self, page: Page) -> None:
        """The chat, while the conversation goes on; its sources, its memories and what it says when something fails."""
        await self.stage.begin()
        await expect(page.locator(".log")).to_contain_text(END)
        await self.watch.look(page)
        await self.reads(page, ".log", self.stage.shown(BY_BOT))
        await page.locator(".chip").first.click()
        await expect(page.locator(".source-body blockquote")).to_be_visible()
        await page.locator(".chip").last.click()
        await expect(page.locator(".source-body .prose")).to_be_visible()
        await self.watch.look(page)
        await page.keyboard.press("Escape")
        self.stage.troubled.add("/api/press")
        await page.locator(".card .button.primary").first.click()
        await expect(page.locator(".banner.problem")).to_be_visible()
        await page.get_by_label("More").click()
        await page.get_by_role("menuitem", name="What we remember about you").click()
        await expect(page.locator(".memories p.since").first).to_be_visible()
        await self.watch.look(page)
        await page.keyboard.press("Escape")
        await self.stage.hand_over()
        await expect(page.locator(".log")).to_contain_text(END + END)
        await self.watch.look(page)
        await self.reads(page, ".log", self.stage.shown(["agent", "agent's name"]))

    async def case(self, page: Page) -> None:
        """The case at the desk: its timeline, all beside it, and the dialogs that it opens."""
        await page.goto(f"{self.address}/console/cases/{self.stage.case_id}")
        await expect(page.locator(".timeline")).to_contain_text(END + END)
        for part in (".suggestion .draft", ".action", ".approval", ".record", ".health", ".case-list a"):
            await expect(page.locator(part).first).to_be_attached()
        await self.watch.look(page)
        await self.reads(page, ".timeline", self.stage.shown([slot for slot in SLOTS if slot not in NOT_IN_TIMELINE]))
        await page.get_by_role("button", name="Resolve").click()
        await expect(page.get_by_role("dialog").locator("textarea")).not_to_have_value("")
        await self._dialog(page)
        await page.locator("[data-act=send]").click()
        await expect(page.get_by_role("dialog").locator(".outgoing")).to_be_visible()
        await self._dialog(page)
        await page.get_by_role("button", name="Ask Rapport").click()
        await page.get_by_label("Your question").fill("When does a refund arrive?")
        await page.get_by_role("button", name="Ask", exact=True).click()
        await expect(page.get_by_role("article", name="Answer")).to_be_visible()
        await self._dialog(page)

    async def lists(self, page: Page) -> None:
        """The desk's other pages, and what they say when something fails."""
        self.stage.troubled.add("/console/api/learned")
        for path in LISTS:
            await page.goto(f"{self.address}/console/{path}")
            await expect(page.locator(".page-body > :not(.skeleton)").first).to_be_attached()
            await self.watch.look(page)
        await page.goto(f"{self.address}/console/customers")
        await page.get_by_label("Whom do you look for?").fill("Brightwater")
        await page.get_by_role("button", name="Look up").click()
        await expect(page.locator(".found-customer .health")).to_be_visible()
        await self.watch.look(page)

    async def plain_pages(self, page: Page) -> None:
        """The pages that the server writes itself."""
        self.stage.troubled.add("/help/failing")
        for path in ("/help", "/help/any?start=3&end=9", "/help/failing", "/demo/outbox"):
            await page.goto(self.address + path)
            await self.watch.look(page)
            if path in ("/help", "/demo/outbox"):
                await self.reads(page, "main", self.stage.texts)

    async def _dialog(self, page: Page) -> None:
        await self.watch.look(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


@asynccontextmanager
async def shown(
    browser: Browser, listener: Listener, batch: Sequence[Output], *, raw: bool = False, bare: bool = False
) -> AsyncGenerator[Show]:
    """A house of its own behind a server of its own, in which the batch is told."""
    house = House()
    await house.open()
    stage = Stage(house, batch, listener.address)

    @web.middleware
    async def poison(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await stage.poison(request, handler)

    app = build_app(house.rooms)
    app.middlewares.append(poison)
    server = TestServer(app)
    await server.start_server()
    address = str(server.make_url("")).rstrip("/")
    try:
        yield Show(browser=browser, stage=stage, watch=Watch(own=address), address=address, raw=raw, bare=bare or raw)
    finally:
        for context in browser.contexts:
            await context.close()
        await server.close()
        await house.close()


@asynccontextmanager
async def chromium(log: Path) -> AsyncGenerator[Browser]:
    """A browser that writes down what its network does."""
    async with async_playwright() as play:
        args = ["--no-sandbox", "--no-proxy-server", f"--log-net-log={log}"]
        started = await play.chromium.launch(executable_path=CHROMIUM, args=args)
        try:
            yield started
        finally:
            await started.close()


async def _with_raw_text(route: Route) -> None:
    answered = await route.fetch()
    script = await answered.text()
    assert SAFE_TEXT in script
    await route.fulfill(response=answered, body=script.replace(SAFE_TEXT, RAW_TEXT))


def test_every_family_comes_to_every_slot_in_every_disguise() -> None:
    made = outputs(COUNT)
    assert len({each.text for each in made}) == COUNT
    assert {(each.family, slot_of(each)) for each in made} == {(family, slot) for family in FAMILIES for slot in SLOTS}
    assert len({(each.family, each.change) for each in made}) >= 190
    assert outputs(COUNT) == made


async def test_nothing_is_fetched_sent_or_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, read, poisoned = outputs(COUNT), 0, 0
    async with Listener.open() as listener:
        async with chromium(tmp_path / "net.json") as browser:
            for start in range(0, COUNT, BATCH):
                async with shown(browser, listener, made[start : start + BATCH]) as show:
                    await show.chat(await show.page("Helen Ashdown"))
                    desk = await show.page("Sam Okafor")
                    await show.case(desk)
                    await show.lists(desk)
                    await show.plain_pages(desk)
                    assert show.watch.told == {}
                    read, poisoned = read + show.read, poisoned + show.stage.poisoned
        assert listener.connections == 0
        assert looked_up(tmp_path / "net.json", listener.address) == []
    with capsys.disabled():
        print(f"\nHostile outputs: {COUNT} of {len(FAMILIES)} families, read back {read} times in the pages,", end=" ")
        print(f"{poisoned} more as data: 0 requests off-origin, 0 names looked up, 0 dialogs, 0 scripts run.")


async def test_the_sources_panel_copies_nothing_that_acts_even_without_a_policy(tmp_path: Path) -> None:
    """Should an article ever come as it was written, the panel alone must be enough."""
    async with Listener.open() as listener:
        async with chromium(tmp_path / "net.json") as browser, shown(browser, listener, outputs(COUNT), bare=True) as show:
            page = await show.page("Helen Ashdown")
            await expect(page.locator(".composer")).to_be_visible()
            await page.evaluate(COPIED, show.stage.texts)
            await expect(page.locator(".source-body .prose")).to_have_count(COUNT)
            await show.watch.look(page)
            assert show.watch.told == {}
        assert listener.connections == 0
        assert looked_up(tmp_path / "net.json", listener.address) == []


async def test_raw_markup_without_a_policy_is_caught(tmp_path: Path) -> None:
    """The same watch over a page that makes markup of texts: were it blind, the test above would say nothing."""
    async with Listener.open() as listener:
        async with chromium(tmp_path / "net.json") as browser:
            harmful = [each for each in outputs(COUNT) if stays(each)][:150]
            async with shown(browser, listener, harmful, raw=True) as show:
                page = await show.page("Helen Ashdown")
                await show.stage.begin()
                await expect(page.locator(".log")).to_contain_text("Here the conversation ends.")
                await show.watch.look(page)
                caught = show.watch
        assert caught.foreign
        assert caught.dialogs
        assert caught.ran
        assert caught.stood
        assert listener.connections > 0
        assert any("evil.example" in name for name in looked_up(tmp_path / "net.json", listener.address))


def stays(output: Output) -> bool:
    """Whether an output acts without leading the whole page away, so that the rest can be watched."""
    return output.change == "as it is" and output.family != "refresh" and "location" not in output.text


async def test_raw_markup_under_the_policy_is_caught_too(browser: Browser) -> None:
    """The policy keeps it from fetching and running; that it stands in the page is told all the same."""
    async with Listener.open() as listener, shown(browser, listener, outputs(len(FAMILIES) * 3)) as show:
        page = await show.page("Helen Ashdown")
        await page.route("**/static/shared/dom.js", _with_raw_text)
        await page.reload()
        await show.stage.begin()
        await expect(page.locator(".log")).to_contain_text("Here the conversation ends.")
        await show.watch.look(page)
        assert show.watch.violated
        assert show.watch.stood
        assert show.watch.ran == []
        assert listener.connections == 0


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_carries_the_policy(address: str, house: House, path: str) -> None:
    headers = {"Accept": "text/html"}
    async with ClientSession() as session, session.get(address + path, headers=headers) as answered:
        assert answered.content_type == "text/html"
        assert 'http-equiv="x-dns-prefetch-control" content="off"' in await answered.text()
        assert faults_of(answered.headers["Content-Security-Policy"]) == []
        assert {name: answered.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "weaker",
    [("img-src 'self'", "img-src *"), ("base-uri 'none'", ""), ("script-src 'self'", "script-src 'self' 'unsafe-inline'")],
)
def test_a_weaker_policy_is_noticed(weaker: tuple[str, str]) -> None:
    assert faults_of(HEADERS["Content-Security-Policy"].replace(*weaker))


def faults_of(policy: str) -> list[str]:
    """What a policy lets through that no page of ours needs."""
    given: dict[str, list[str]] = {name: rest for name, *rest in (part.split() for part in policy.split(";") if part.split())}
    wanted = {"default-src": ["'none'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"], "form-action": ["'self'"]}
    wrong = [name for name, sources in wanted.items() if given.get(name) != sources]
    return wrong + [name for name, sources in given.items() if not set(sources) <= {"'none'", "'self'"}]


@pytest.mark.parametrize(
    "address_given",
    [
        "//evil.example/x",
        "/.//evil.example/x",
        "/%2e//evil.example/x",
        "/\\evil.example",
        "blob:http://x/1",
        "https://evil.example",
    ],
)
async def test_no_address_of_an_article_leads_away_in_the_sources_panel(
    browser: Browser, address: str, address_given: str
) -> None:
    page = await browser.new_page()
    await page.goto(f"{address}/help")
    found: Any = await page.evaluate(
        "async (given) => { const { ownAddress } = await import('/static/shared/dom.js');"
        " return new URL(ownAddress(given), location).origin === location.origin }",
        address_given,
    )
    assert found is True
