"""Takes what agents do in Slack: sees that they are agents, acknowledges at once, and hands it to the desk."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.slack.port import Ack, Body
from bot.channels.slack_desk import visit as visits
from bot.channels.slack_desk.answering import answer, answer_with, open_with, quietly, whisper
from bot.channels.slack_desk.approval_presses import ApprovalPresses
from bot.channels.slack_desk.case_presses import CasePresses
from bot.channels.slack_desk.commands import Commands
from bot.channels.slack_desk.dialogs import draft_dialog, told
from bot.channels.slack_desk.draft_presses import DraftPresses
from bot.channels.slack_desk.home_tab import HomeTab
from bot.channels.slack_desk.notes import Notes
from bot.channels.slack_desk.parts import Message, View, words
from bot.channels.slack_desk.side import Presses, Side, Submissions
from bot.channels.slack_desk.visit import Visit
from bot.links.port import ChannelUser
from core.errors import RapportError
from core.people import Principal

DRAFT = "desk:draft"
Work = Callable[[Principal], Awaitable[None]]
Tell = Callable[[Visit, Message], Awaitable[None]]
log = logging.getLogger(__name__)


class SlackAgents:
    """The agents' side of Slack (`bot.channels.slack.port.AgentSide`)."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._home = HomeTab(side)
        self._commands = Commands(side)
        self._notes = Notes(side, self._commands)
        cases, drafts = CasePresses(side), DraftPresses(side)
        approvals = ApprovalPresses(side, self._home)
        self._presses: Presses = {**cases.presses(), **drafts.presses(), **approvals.presses()}
        self._submissions: Submissions = {**cases.submissions(), **drafts.submissions()}

    async def on_message(self, ack: Ack, body: Body, client: Any) -> None:
        """A note is durable before the ack; a direct message is answered once, after it."""
        typed = visits.of_message(self._side.tenant, body)
        if typed is None or not typed.text:
            await ack()
        elif typed.direct:
            await self._in_private(ack, typed, client)
        else:
            await self._in_channel(ack, typed, client)

    async def on_action(self, ack: Ack, body: Body, client: Any) -> None:
        await ack()
        visit = visits.of_action(self._side.tenant, body, client)
        press = self._presses.get(visit.name)
        if press is not None:
            await self._for_agents(visit, lambda agent: press(visit, agent), whisper)

    async def on_command(self, ack: Ack, body: Body, client: Any) -> None:
        await ack()
        visit = visits.of_command(self._side.tenant, body, client)
        name, _, rest = visit.text.partition(" ")
        if name.lower() == "connect":
            await self._told(visit, self._connect(visit, rest.strip()), answer)
        else:
            await self._for_agents(visit, lambda agent: self._answer(visit, agent), answer)

    async def on_shortcut(self, ack: Ack, body: Body, client: Any) -> None:
        await ack()
        visit = visits.of_shortcut(self._side.tenant, body, client)
        if visit.name == DRAFT:
            await self._for_agents(visit, lambda agent: open_with(visit, "Draft a reply", self._draft(visit, agent)), answer)

    async def on_view(self, ack: Ack, body: Body, client: Any) -> None:
        """A submitted dialog is answered by the next one; a closed one needs nothing."""
        visit = visits.of_submission(self._side.tenant, body, client)
        submission = self._submissions.get(visit.name)
        if body.get("type") != "view_submission" or submission is None:
            await ack()
            return
        await quietly(answer_with(ack, visit, "Working on it", self._submitted(visit)))

    async def on_home(self, ack: Ack, body: Body, client: Any) -> None:
        await ack()
        visit = visits.of_home(self._side.tenant, body, client)
        if visit.name == "home":
            await quietly(self._home.publish(visit, await self._agent(visit.user)))

    async def _in_private(self, ack: Ack, typed: visits.Typed, client: Any) -> None:
        agent = await self._agent(typed.user)
        new = agent is not None and not typed.changed and await self._side.reception.first(typed.user, typed.event_id)
        await ack()
        if agent is not None and new:
            await self._notes.answer(typed, agent, client)

    async def _in_channel(self, ack: Ack, typed: visits.Typed, client: Any) -> None:
        case_id = await self._side.surface.case_in(typed.channel, typed.thread) if typed.thread else None
        if case_id is None and not typed.mention:
            await ack()
            return
        agent = await self._agent(typed.user)
        if agent is None:
            await ack()
            await self._notes.refuse(typed, self._refusal(), client)
        elif case_id is not None:
            await self._notes.take(ack, typed, case_id, agent, client)
        else:
            new = await self._side.reception.first(typed.user, typed.event_id)
            await ack()
            if new:
                await self._notes.answer(typed, agent, client)

    async def _agent(self, user: ChannelUser) -> Principal | None:
        """The agent that this user is, by what is kept or by what Slack confirms."""
        known = await self._side.reception.who(user)
        if known.agent is None and not known.settled:
            known = await self._side.links.looked_up(user)
        if known.agent is None:
            return None
        await self._side.seats.learned(known.agent.id, user)
        return known.agent.principal(known.principal.tenant)

    async def _for_agents(self, visit: Visit, work: Work, tell: Tell) -> None:
        agent = await self._agent(visit.user)
        await self._told(visit, tell(visit, words(self._refusal())) if agent is None else work(agent), tell)

    async def _told(self, visit: Visit, work: Awaitable[None], tell: Tell) -> None:
        """Has it done; what goes wrong is told to the one who wanted it, in words."""
        try:
            await work
        except RapportError as error:
            log.info("an agent was refused", extra={"code": error.code})
            await quietly(tell(visit, words(error.message)))

    async def _connect(self, visit: Visit, code: str) -> None:
        await answer(visit, await self._commands.connect(visit, code))

    async def _answer(self, visit: Visit, agent: Principal) -> None:
        await answer(visit, await self._commands.answer(visit, agent, visit.text))

    async def _draft(self, visit: Visit, agent: Principal) -> View:
        case_id = await self._side.surface.case_in(visit.channel, visit.thread)
        drafted = await self._side.desk.asking.draft(visit.text, agent, case_id)
        return draft_dialog(drafted, case_id or "", self._side.addresses)

    async def _submitted(self, visit: Visit) -> View:
        agent = await self._agent(visit.user)
        return told("Not for you", self._refusal()) if agent is None else await self._submissions[visit.name](visit, agent)

    def _refusal(self) -> str:
        company = self._side.addresses.company
        return f"This is for {company}'s support desk. Ask in the console for a code, then say: /rapport connect 123456"
