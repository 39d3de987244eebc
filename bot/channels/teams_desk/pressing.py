"""What the buttons of case cards, lines and actions do. Each is answered with a card or with words."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.teams.port import Answer
from bot.channels.teams_desk import action_cards, case_cards, line_cards, private_cards
from bot.channels.teams_desk.answers import saying, showing, text_in, values_in
from bot.channels.teams_desk.desk import TeamsDesk
from bot.channels.teams_desk.timely import Timely, Work
from core.errors import NotFound
from core.people import Principal
from handoff.desk.port import Desk
from handoff.desk.views import ActionView, DeliveryView, LineView


@dataclass(frozen=True, kw_only=True)
class By:
    """Who pressed, and what the button carried; in a private chat also where the card stands."""

    agent: Principal
    data: Mapping[str, Any]
    chat: str = ""
    message: str = ""

    def text(self, name: str) -> str:
        return text_in(self.data, name)

    @property
    def case(self) -> str:
        return self.text("case")

    @property
    def back(self) -> dict[str, str]:
        """What leads back to the card that the button was on."""
        return {name: self.text(name) for name in ("case", "at", "draft") if self.text(name)}


Press = Callable[[By], Awaitable[Answer]]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What pressing works with. `behind` does what needn't be waited for."""

    desk: Desk
    shown: TeamsDesk
    timely: Timely

    def behind(self, work: Work[None], agent: Principal) -> None:
        self.timely.later(work, agent.id)


class CasePresses:
    """Cases, their lines, and actions."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._desk = bench.desk
        self._pages = bench.shown.house.pages

    def verbs(self) -> Mapping[str, Press]:
        return {
            case_cards.SEE: self.see,
            "desk:claim": self.claim,
            "desk:360": self.all_round,
            "desk:actions": self.actions,
            "desk:action": self.action,
            "desk:run": self.run,
            "desk:ask_approval": self.ask_approval,
            line_cards.AGAIN: self.again,
            "desk:again.sure": self.again_surely,
            "desk:again.not": self.again_not,
        }

    async def see(self, by: By) -> Answer:
        """The case's card as this agent sees it."""
        case = await self._desk.reading.case(by.case, by.agent)
        return showing(case_cards.shown_to(case, by.agent, self._pages))

    async def claim(self, by: By) -> Answer:
        """Claims; the answer is the owner's view, and everybody's card follows."""
        case = await self._desk.cases.claim(by.case, by.agent)
        if by.chat and by.message:
            await self._bench.shown.claimed_here(case, by.agent, by.chat, by.message)
        self._bench.behind(self._bench.shown.show_case(case), by.agent)
        return showing(case_cards.shown_to(case, by.agent, self._pages))

    async def all_round(self, by: By) -> Answer:
        customer = await self._desk.reading.customer(by.agent, by.case)
        return showing(private_cards.all_round(customer, by.case))

    async def actions(self, by: By) -> Answer:
        return showing(action_cards.offered(await self._desk.acting.offered(by.case, by.agent), by.back))

    async def action(self, by: By) -> Answer:
        """One action as policy sees it now."""
        return showing(action_cards.proposed(await self._prepared(by), by.back))

    async def run(self, by: By) -> Answer:
        return await self._done(by, await self._desk.acting.run(by.text("action"), by.agent))

    async def ask_approval(self, by: By) -> Answer:
        return await self._done(by, await self._desk.acting.ask_approval(by.text("action"), by.agent))

    async def again(self, by: By) -> Answer:
        """Tries a failed delivery again; where nobody knows, a person is asked first."""
        line, delivery = await self._delivery(by)
        if not delivery.again:
            return showing(line_cards.sure_again(by.case, line, self._pages))
        return await self._sent_again(by, delivery)

    async def again_surely(self, by: By) -> Answer:
        _, delivery = await self._delivery(by)
        return await self._sent_again(by, delivery)

    async def again_not(self, by: By) -> Answer:
        line = await self._line(by)
        return showing(line_cards.of_line(by.case, line, self._pages))

    async def _prepared(self, by: By) -> ActionView:
        return await self._desk.acting.prepare(by.case, by.agent, by.text("skill"), values_in(by.data))

    async def _done(self, by: By, action: ActionView) -> Answer:
        """Result and receipt go into the thread; the card that was pressed shows them, too."""
        case = await self._desk.reading.case(action.case_id, by.agent)
        self._bench.behind(self._bench.shown.show_action(case, action), by.agent)
        return showing(line_cards.of_result(action))

    async def _sent_again(self, by: By, delivery: DeliveryView) -> Answer:
        await self._desk.replies.send_again(delivery.id, by.agent)
        line = await self._line(by)
        case = await self._desk.reading.case(by.case, by.agent)
        self._bench.behind(self._bench.shown.show_line(case, line), by.agent)
        return saying("It is being sent again.")

    async def _delivery(self, by: By) -> tuple[LineView, DeliveryView]:
        """The line and its delivery that didn't certainly arrive."""
        line = await self._line(by)
        every = await self._desk.replies.undelivered(by.agent)
        mine = [each for each in every if each.case_id == by.case and each.position == line.position]
        if not mine:
            raise NotFound("There is nothing to send again: it was delivered or tried meanwhile.")
        return line, mine[0]

    async def _line(self, by: By) -> LineView:
        position = int(by.text("position")) if by.text("position").isdecimal() else 0
        lines: Sequence[LineView] = await self._desk.reading.lines(by.case, by.agent, after=position - 1)
        found = next((each for each in lines if each.position == position), None)
        if found is None:
            raise NotFound("That line isn't there any more: look at the case in the console.")
        return found
