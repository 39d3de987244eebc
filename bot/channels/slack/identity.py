"""How somebody in Slack proves who they are: a button and two windows, or a few words in a direct message."""

import asyncio
import re
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.channels.slack import modals
from bot.channels.slack.background import Background
from bot.channels.slack.calls import call
from bot.channels.slack.heard import Body, Heard, inside, teams_of, text_in
from bot.channels.slack.port import Ack
from bot.channels.slack.workspaces import Workspaces
from bot.links.port import ChannelUser, Links
from bot.reception import Reception
from core.errors import RapportError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

LINK = re.compile(r"link\s+(\S{3,254})", re.IGNORECASE)
CODE = re.compile(r"[0-9]{6}")
PATIENCE_S = 2.0
REMEMBERED, REMEMBERED_S = 1_000, 600.0


class Recent:
    """Names of what happened lately: the latest thousand, for ten minutes."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        return self._until.get(name, 0.0) > time.monotonic()

    def put(self, name: str) -> None:
        self._until[name] = time.monotonic() + REMEMBERED_S
        self._until.move_to_end(name)
        while len(self._until) > REMEMBERED:
            self._until.popitem(last=False)

    def drop(self, name: str) -> None:
        self._until.pop(name, None)


class Identity:
    """Serves the button, the windows and the words."""

    def __init__(self, links: Links, reception: Reception, workspaces: Workspaces, background: Background) -> None:
        self._links = links
        self._reception = reception
        self._workspaces = workspaces
        self._background = background
        self._taken = Recent()
        self._asked = Recent()

    async def typed(self, said: Heard, user: ChannelUser) -> bool:
        """Takes `link me@company.com`, `link <invitation>` and a code that is right. False: it is a message like any other."""
        if said.event_id in self._taken:
            return True
        link = LINK.fullmatch(said.text.strip())
        if link and "@" in link[1]:
            self._asked.put(_name(user))
            if await self._reception.first(user, said.event_id):
                self._background.start(self._mail(said, user, link[1]), "identity.code")
            return True
        code = link[1] if link else said.text.strip()
        if not link and not CODE.fullmatch(code):
            return False
        return await self._prove(said, user, code, certain=bool(link) or _name(user) in self._asked)

    async def start(self, body: Body) -> None:
        """Opens the window after the button was pressed."""
        client = await self._workspaces.client(*teams_of(body))
        await call(client, "views.open", trigger_id=text_in(body, "trigger_id"), view=modals.email_view())

    async def submitted(self, ack: Ack, body: Body, user: ChannelUser) -> None:
        """Goes from the address to the code, and from the code to the end."""
        step = text_in(body, "view", "callback_id")
        values = inside(inside(body, "view"), "state")
        if step == modals.EMAIL_ID:
            email = text_in(values, "values", modals.EMAIL_BLOCK, modals.VALUE, "value").strip()
            await self._email_given(ack, body, user, email)
        elif step == modals.CODE_ID:
            code = text_in(values, "values", modals.CODE_BLOCK, modals.VALUE, "value").strip()
            await self._code_given(ack, user, code)
        else:
            await ack()

    async def _email_given(self, ack: Ack, body: Body, user: ChannelUser, email: str) -> None:
        """Mailing may be slow and Slack waits for three seconds: then the next window is shown before it is done."""
        self._asked.put(_name(user))
        mailing = asyncio.ensure_future(self._links.start_code(user, email))
        done, _ = await asyncio.wait({mailing}, timeout=PATIENCE_S)
        if not done:
            self._background.start(self._told_later(body, mailing), "identity.code")
            await ack(response_action="update", view=modals.code_view(modals.SENT))
            return
        try:
            told = mailing.result()
        except RapportError as error:
            await ack(response_action="errors", errors={modals.EMAIL_BLOCK: error.message})
            return
        await ack(response_action="update", view=modals.code_view(told))

    async def _code_given(self, ack: Ack, user: ChannelUser, code: str) -> None:
        try:
            known = await self._links.finish(user, code)
        except RapportError as error:
            await ack(response_action="errors", errors={modals.CODE_BLOCK: error.message})
            return
        if known is None:
            await ack(response_action="errors", errors={modals.CODE_BLOCK: modals.WRONG})
        else:
            self._asked.drop(_name(user))
            await ack(response_action="update", view=modals.done_view())

    async def _told_later(self, body: Body, mailing: "asyncio.Future[str]") -> None:
        """What came of a slow mailing, in the window that is open."""
        try:
            told = await mailing
        except RapportError as error:
            told = error.message
        client = await self._workspaces.client(*teams_of(body))
        await call(client, "views.update", view_id=text_in(body, "view", "id"), view=modals.code_view(told))

    async def _prove(self, said: Heard, user: ChannelUser, code: str, *, certain: bool) -> bool:
        """Tries a code. Six digits that prove nothing may be an answer to a question, and are taken as such unless a code was
        asked for."""
        try:
            known = await self._links.finish(user, code)
            told = modals.DONE if known else modals.WRONG_HERE
        except RapportError as error:
            known, told = None, error.message
        if known is None and not certain:
            return False
        if known is not None:
            self._asked.drop(_name(user))
        self._taken.put(said.event_id)
        self._background.start(self._say(said, told), "identity.told")
        return True

    async def _mail(self, said: Heard, user: ChannelUser, email: str) -> None:
        try:
            told = await self._links.start_code(user, email)
        except RapportError as error:
            told = error.message
        await self._say(said, told)

    async def _say(self, said: Heard, text: str) -> None:
        client: AsyncWebClient = await self._workspaces.client(said.place.team)
        thread = {"thread_ts": said.place.thread} if said.place.thread else {}
        await call(client, "chat.postMessage", channel=said.place.channel, text=modals.shown(text), **thread)


def _name(user: ChannelUser) -> str:
    return f"{user.installation}:{user.user_id}"
