"""Serves agents in Teams: admits those who are known, answers at once, and says errors in words."""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.teams.port import Activity, Answer
from bot.channels.teams_desk import private_cards
from bot.channels.teams_desk.answers import closing, dialog, finding, opening, part, saying, showing, text_in
from bot.channels.teams_desk.deciding import ApprovalPresses, DraftPresses
from bot.channels.teams_desk.dialog_cards import waiting
from bot.channels.teams_desk.dialogs import Dialogs, Step, step_of
from bot.channels.teams_desk.extension import DRAFT, INSERT, WORDS, Extension
from bot.channels.teams_desk.form_cards import FORM
from bot.channels.teams_desk.forms import Forms
from bot.channels.teams_desk.pressing import Bench, By, CasePresses, Press
from bot.channels.teams_desk.timely import Running, Timely, Work
from bot.channels.teams_desk.typed import QUEUE_HERE, Commands, Notes, Typed
from bot.channels.teams_desk.welcome import Welcome
from bot.links.port import ChannelUser
from bot.reception import Reception
from core.errors import RapportError
from core.people import Principal

PATIENCE_S = 2.5
MOST_TICKETS = 500
LOST = "That took too long to follow. The case's thread says what came of it."
LOOK = "desk:ticket"
EXTENSION = "composeExtension/fetchTask"
LOOKED_AT = ("desk:360", "desk:actions", "desk:action", "desk:check", "desk:resolve", "desk:hand", "desk:give_back")
WHY = "desk:draft.why"
NO_BUTTON = "This button is from another version: open the case in the console."


class TeamsAgents:
    """Implements `AgentSide`."""

    def __init__(self, bench: Bench, reception: Reception, welcome: Welcome) -> None:
        self._bench = bench
        self._reception = reception
        self._welcome = welcome
        self._extension = Extension(bench)
        self._notes, self._commands = Notes(bench), Commands(bench)
        drafts = DraftPresses(bench)
        steps = Dialogs(bench, drafts).steps()
        self._steps: Mapping[str, Step] = {**steps, INSERT: self._extension.insert, WORDS: self._extension.words}
        self._presses: Mapping[str, Press] = {
            **CasePresses(bench).verbs(),
            **drafts.verbs(),
            **ApprovalPresses(bench).verbs(),
            **Forms(bench, steps).verbs(),
        }
        self._tickets = OrderedDict[str, Running[Answer]]()
        self._numbers = itertools.count(1)

    @property
    def timely(self) -> Timely:
        return self._bench.timely

    async def stop(self) -> None:
        """Ends what is still worked on."""
        await self.timely.stop()

    async def on_message(self, user: ChannelUser, activity: Activity) -> bool:
        """Notes in a case's thread, commands in private or by name; the rest is a customer's."""
        typed, shown = Typed.of(activity), self._bench.shown
        case_id = await shown.case_in(typed.place)
        of_desk = bool(case_id) or await shown.is_queue(typed.place)
        agent = await self._agent(user)
        if await self._welcome.takes_seat(user, typed, activity, agent):
            return True
        if agent is None:
            return self._welcome.refused(user, typed) if of_desk else False
        command = self._commands.knows(typed.text)
        named_here = typed.named and typed.text.lower() == QUEUE_HERE
        if not of_desk and typed.kind != "personal" and not named_here:
            return False
        await shown.seats.learn(agent.id, user, activity)
        if case_id and typed.text and not (typed.named and command):
            await self._notes.take(case_id, agent, typed)
        elif _asked(typed) and await self._reception.first(user, typed.id):
            self._bench.behind(self._commands.answer(agent, typed), agent)
        return True

    async def on_execute(self, user: ChannelUser, activity: Activity) -> Answer:
        """A press is answered with its outcome, or with a card that says that it is worked on. Raises what the desk refuses."""
        agent = await self._agent(user)
        if agent is None:
            return saying(self._bench.shown.house.refusal)
        await self._bench.shown.seats.learn(agent.id, user, activity)
        action = part(activity, "value", "action")
        data = part(action, "data")
        verb, by = text_in(action, "verb"), _by(agent, data, activity)
        if verb == LOOK:
            return self._looked(agent, text_in(data, "ticket"))
        press = self._presses.get(verb)
        if press is None:
            return saying(NO_BUTTON)
        running = await self.timely.begin(_pressed(press, by), agent.id)
        if not running.done:
            self.timely.then(running, lambda outcome: self._follow(by, verb, outcome))
            return _working(self._ticket(running))
        if running.error:
            raise running.error
        return _answer(running, saying)

    async def on_refresh(self, user: ChannelUser, activity: Activity) -> Answer:
        """A client asks for its user's own view."""
        try:
            return await self.on_execute(user, activity)
        except RapportError as error:
            return saying(error.message)

    async def on_fetch(self, user: ChannelUser, activity: Activity) -> Answer:
        """Opens a dialog, of a button's or of the message extension's."""
        agent = await self._agent(user)
        words = opening if text_in(activity, "name") == EXTENSION else closing
        if agent is None:
            return words(self._bench.shown.house.refusal)
        value = part(activity, "value")
        if words is opening:
            if text_in(value, "commandId") not in (DRAFT, ""):
                return opening(NO_BUTTON)
            return await self._in_dialog(agent, self._extension.draft(agent, activity), PATIENCE_S, words=opening)
        await self._bench.shown.seats.learn(agent.id, user, activity)
        return await self._step(agent, part(value, "data"))

    async def on_submit(self, user: ChannelUser, activity: Activity) -> Answer:
        """Takes what was filled into a dialog."""
        agent = await self._agent(user)
        if agent is None:
            return closing(self._bench.shown.house.refusal)
        return await self._step(agent, part(activity, "value", "data"))

    async def on_query(self, user: ChannelUser, activity: Activity) -> Answer:
        """Answers a search; one that takes too long may be made again."""
        agent = await self._agent(user)
        if agent is None:
            return finding(self._bench.shown.house.refusal)
        running = await self.timely.begin(self._extension.search(agent, activity), agent.id, wait_s=PATIENCE_S)
        if not running.done:
            running.task.cancel()
            return finding("That takes longer than usual: write to me in private, with ask or customer in front.")
        return _answer(running, finding)

    async def _step(self, agent: Principal, data: Mapping[str, Any]) -> Answer:
        if step_of(data) == "ticket":
            return await self._look_again(agent, text_in(data, "ticket"))
        step = self._steps.get(step_of(data))
        if step is None:
            return closing(NO_BUTTON)
        patience = PATIENCE_S if step_of(data) == WORDS else None
        return await self._in_dialog(agent, _pressed(step, By(agent=agent, data=data)), patience)

    async def _in_dialog(
        self, agent: Principal, work: Work[Answer], wait_s: float | None = None, *, words: Callable[[str], Answer] = closing
    ) -> Answer:
        """The work's answer, or a dialog from which one can look again."""
        running = await self.timely.begin(work, agent.id, wait_s=wait_s)
        if running.done:
            return _answer(running, words)
        return dialog("Working on it", waiting(self._ticket(running)))

    def _ticket(self, running: Running[Answer]) -> str:
        """Names work that goes on, so that who began it can look again."""
        ticket = f"{running.agent_id}:{next(self._numbers)}"
        self._tickets[ticket] = running
        while len(self._tickets) > MOST_TICKETS:
            self._tickets.popitem(last=False)
        return ticket

    def _looked(self, agent: Principal, ticket: str) -> Answer:
        """The same on a card."""
        running = self._tickets.get(ticket)
        if running is None or running.agent_id != agent.id:
            return saying(LOST)
        if not running.done:
            return _working(ticket)
        del self._tickets[ticket]
        return _answer(running, saying)

    async def _look_again(self, agent: Principal, ticket: str) -> Answer:
        running = self._tickets.get(ticket)
        if running is None or running.agent_id != agent.id:
            return closing(LOST)
        if not running.done:
            return dialog("Working on it", waiting(ticket))
        del self._tickets[ticket]
        return _answer(running, closing)

    async def _follow(self, by: By, verb: str, outcome: Answer | str) -> None:
        """After a press that took long: words are said in private, cards follow where nobody else sees them."""
        shown = self._bench.shown
        text = outcome if isinstance(outcome, str) else _said(outcome)
        if text:
            await shown.tell(by.agent.id, text)
        elif by.chat and by.message:
            await shown.ledger.replace(by.chat, by.message, part({"outcome": outcome}, "outcome", "value"))
            return
        if verb not in (FORM, WHY, *LOOKED_AT):
            await self._renew(by)

    async def _renew(self, by: By) -> None:
        """Has clients ask for their own views of the pressed card anew."""
        shown, desk = self._bench.shown, self._bench.desk
        if by.text("approval"):
            await shown.renew_approval(await desk.deciding.approval(by.text("approval"), by.agent))
        elif by.text("draft"):
            draft = await desk.suggestions.current(by.case, by.agent)
            if draft is not None and draft.id == by.text("draft"):
                await shown.renew_suggestion(draft)
        elif by.case:
            await shown.renew_case(await desk.reading.case(by.case, by.agent))

    async def _agent(self, user: ChannelUser) -> Principal | None:
        organisation = self._bench.shown.house.organisation
        if organisation and user.installation != organisation:
            return None
        known = await self._reception.who(user)
        if organisation and known.agent is None and not known.settled:
            known = await self._welcome.looked_up(user)
        return known.principal if known.agent else None


def _asked(typed: Typed) -> bool:
    return bool(typed.text) and (typed.kind == "personal" or typed.named)


def _by(agent: Principal, data: Mapping[str, Any], activity: Activity) -> By:
    place = part(activity, "conversation")
    chat = text_in(place, "id") if text_in(place, "conversationType") == "personal" else ""
    return By(agent=agent, data=data, chat=chat, message=text_in(activity, "replyToId"))


async def _pressed(press: Press, by: By) -> Answer:
    return await press(by)


def _answer(running: Running[Answer], words: Callable[[str], Answer]) -> Answer:
    outcome = running.outcome()
    return words(outcome) if isinstance(outcome, str) else outcome


def _said(outcome: Answer) -> str:
    value = outcome.get("value")
    return value if isinstance(value, str) else ""


def _working(ticket: str) -> Answer:
    return showing(private_cards.working(LOOK, ticket))
