"""What agents type: `/rapport ...`, and the same without the slash in a direct message."""

from collections.abc import Awaitable, Callable, Mapping

from bot.channels.slack.calls import call
from bot.channels.slack.places import CHANNEL
from bot.channels.slack_desk.case_card import case_line, case_message
from bot.channels.slack_desk.customer_card import customer_message
from bot.channels.slack_desk.draft_card import answer_message
from bot.channels.slack_desk.parts import Block, Message, context, message, section, words
from bot.channels.slack_desk.posting import QUIET
from bot.channels.slack_desk.side import Side
from bot.channels.slack_desk.visit import Visit
from core.errors import BadInput
from core.people import Principal

HELP = (
    ("ask <question>", "an answer with its sources, for you alone"),
    ("customer <name, id or e-mail>", "all round a customer"),
    ("case", "the cases that you hold"),
    ("case <id>", "one case"),
    ("queue here", "makes this channel the queue channel"),
    ("connect <code>", "says who you are, with a code from the console"),
)
Command = Callable[[Visit, Principal, str], Awaitable[Message]]


class Commands:
    """Every answer is for the one who asked."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._known: Mapping[str, Command] = {
            "ask": self.ask,
            "customer": self.customer,
            "case": self.case,
            "cases": self.case,
            "queue": self.queue,
            "help": self.help,
        }

    async def answer(self, visit: Visit, agent: Principal, line: str, *, otherwise: str = "help") -> Message:
        """Does what a line asks for; one that begins with no command is taken as the rest of `otherwise`."""
        name, _, rest = line.strip().partition(" ")
        if name.lower() in self._known:
            return await self._known[name.lower()](visit, agent, rest.strip())
        return await self._known[otherwise](visit, agent, line.strip())

    async def connect(self, visit: Visit, code: str) -> Message:
        """Takes a code that proves who somebody is; anybody may try."""
        known = await self._side.links.finish(visit.user, code)
        if known is None:
            return words("This code proves nothing (any more): ask for a new one in the console.")
        if known.agent is None:
            return words(f"You are known as {known.principal.name or 'a customer'} now.")
        await self._side.seats.learned(known.agent.id, visit.user)
        return words(f"You work here as {known.agent.name} now. Say /rapport help to see what you can do.")

    async def ask(self, visit: Visit, agent: Principal, question: str) -> Message:
        if not question:
            raise BadInput("Say what you want to know, as: /rapport ask When is a refund paid?")
        return answer_message(await self._side.desk.asking.ask(question, agent), self._side.addresses)

    async def customer(self, visit: Visit, agent: Principal, wanted: str) -> Message:
        if not wanted:
            raise BadInput("Say which customer, as: /rapport customer Northwind")
        return customer_message(await self._side.desk.reading.customer(agent, wanted), self._side.addresses)

    async def case(self, visit: Visit, agent: Principal, wanted: str) -> Message:
        if wanted:
            return case_message(await self._side.desk.reading.case(wanted, agent), self._side.addresses)
        mine = await self._side.desk.reading.mine(agent)
        if not mine:
            return words("You hold no case. Claim one in the queue channel.")
        blocks: list[Block] = [section(f"{case_line(case)}\n`{case.id}`") for case in mine[:20]]
        return message(
            f"You hold {len(mine)} {'case' if len(mine) == 1 else 'cases'}.",
            [*blocks, context(":lock: *Internal* · only you see this")],
        )

    async def queue(self, visit: Visit, agent: Principal, rest: str) -> Message:
        """Makes the channel the queue channel, once it is sure that messages arrive there."""
        if rest.lower() != "here":
            raise BadInput("Say it in the channel that shall be the queue: /rapport queue here")
        if not visit.channel or visit.channel.startswith("D"):
            raise BadInput("This is a direct message: say /rapport queue here in the channel that shall be the queue.")
        said = words(f"{agent.name} made this the queue channel: cases and approvals are posted here.")
        await call(visit.client, "chat.postMessage", channel=visit.channel, text=said.text, blocks=list(said.blocks), **QUIET)
        await self._side.places.set(CHANNEL, visit.channel)
        return words("Done. Cases that are posted already stay where they are.")

    async def help(self, visit: Visit, agent: Principal, rest: str) -> Message:
        lines = "\n".join(f"`/rapport {_code(command)}`  {what}" for command, what in HELP)
        more = "On any message: the shortcut *Draft a reply*. In a direct message the same words work without /rapport."
        return message("What you can do here", [section(lines), context(more)])


def _code(command: str) -> str:
    return command.replace("<", "&lt;").replace(">", "&gt;")
