"""The message extension: a draft to a selected message, and searches from the message box."""

import re
from collections.abc import Awaitable, Callable, Mapping
from html import unescape
from typing import Any, cast

from bot.channels.teams.port import Activity, Answer
from bot.channels.teams_desk import dialog_cards, private_cards
from bot.channels.teams_desk.answers import dialog, found, part, text_in
from bot.channels.teams_desk.blocks import cut
from bot.channels.teams_desk.pressing import Bench, By
from core.errors import BadInput
from core.people import Principal

MOST_CHARACTERS = 8_000
ASK, DRAFT = "ask", "draft"
INSERT, WORDS = "draft.insert", "draft.words"
TITLE = "Draft a reply"
BREAK = re.compile(r"(?i)<br\s*/?>|</p>|</div>|</li>")
TAG = re.compile(r"<[^<>]*>")
Search = Callable[[str, Principal], Awaitable[Answer]]


class Extension:
    """Answers the extension's commands."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._desk = bench.desk
        self._pages = bench.shown.house.pages
        self._searches: Mapping[str, Search] = {ASK: self._ask, "customer": self._customer}

    async def draft(self, agent: Principal, activity: Activity) -> Answer:
        """Drafts a reply to the selected message. In a case's thread it can go on to the customer, by way of a preview."""
        message = _plain(text_in(part(activity, "value", "messagePayload", "body"), "content"))
        case_id = await self._bench.shown.case_in(text_in(part(activity, "conversation"), "id"))
        if not message:
            return dialog(TITLE, dialog_cards.asking({"desk": WORDS, "case": case_id}))
        return await self._drafted(agent, message, case_id)

    async def words(self, by: By) -> Answer:
        """The same to words that were typed, where no message was selected."""
        return await self._drafted(by.agent, by.text("words"), by.case)

    async def _drafted(self, agent: Principal, message: str, case_id: str) -> Answer:
        answer = await self._desk.asking.draft(message[:MOST_CHARACTERS], agent, case_id or None)
        step = {"desk": "reply.preview", "case": case_id} if case_id else {"desk": INSERT}
        return dialog(TITLE, dialog_cards.drafted(answer, step, self._pages))

    async def insert(self, by: By) -> Answer:
        """Puts the draft into the message box; who wrote it there may still change it."""
        text = by.text("text")
        return found(private_cards.told(text), "Draft reply", text)

    async def search(self, agent: Principal, activity: Activity) -> Answer:
        """Answers a search. Raises `BadInput` for one that there isn't, or that is empty."""
        value = part(activity, "value")
        search = self._searches.get(text_in(value, "commandId") or ASK)
        wanted = _parameter(value)
        if search is None or not wanted:
            raise BadInput("Type a question, or a customer's name, id or e-mail.")
        return await search(wanted, agent)

    async def _ask(self, question: str, agent: Principal) -> Answer:
        answer = await self._desk.asking.ask(question, agent)
        return found(private_cards.answered(answer, self._pages, question), question, answer.text)

    async def _customer(self, wanted: str, agent: Principal) -> Answer:
        customer = await self._desk.reading.customer(agent, wanted)
        return found(private_cards.all_round(customer), customer.name, customer.contact)


def _plain(html: str) -> str:
    """The words of a message."""
    return unescape(TAG.sub("", BREAK.sub("\n", html))).strip()


def _parameter(value: Mapping[str, Any]) -> str:
    """What was typed into the search; clients send `initialRun` before anything was."""
    listed = value.get("parameters")
    for each in cast("list[object]", listed) if isinstance(listed, list) else []:
        given = cast("Mapping[str, object]", each if isinstance(each, Mapping) else {})
        if given.get("name") != "initialRun" and isinstance(text := given.get("value"), str):
            return cut(text.strip(), 1_000)
    return ""
