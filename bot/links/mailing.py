"""Mails codes, out of the way of whoever asked: neither the answer nor its time tells whether an address is known."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.links.people import Person, key_of
from bot.links.port import ChannelUser
from core.errors import RapportError
from skills.helpdesk.port import Outbox

SUBJECT = "Your confirmation code"
NEVER = "It works for 10 minutes. We never ask for it by phone or e-mail. If you didn't ask for it, do nothing."


class Mailing:
    """Sends codes to addresses on file."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._running: set[asyncio.Task[None]] = set()

    def send(self, user: ChannelUser, codes: Sequence[tuple[str, Person]]) -> None:
        """Begins to mail the codes, one for each contact who has the address; several let the reader choose a company."""
        if not codes:
            return
        task = asyncio.create_task(self._send(user, codes))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle(self) -> None:
        """Waits for what is being mailed."""
        await asyncio.gather(*self._running)

    async def _send(self, user: ChannelUser, codes: Sequence[tuple[str, Person]]) -> None:
        try:
            await self._outbox.send(codes[0][1].email, SUBJECT, _body(codes))
        except RapportError as error:
            structlog.get_logger("links").warning("code.not_mailed", user=key_of(user), code=error.code)


def _body(codes: Sequence[tuple[str, Person]]) -> str:
    if len(codes) == 1:
        return f"Your confirmation code is {codes[0][0]}. {NEVER}"
    lines = "\n".join(f"{code} for {person.account_name}" for code, person in codes)
    return f"You are known at several companies. Enter the code of the one that you write for:\n\n{lines}\n\n{NEVER}"
