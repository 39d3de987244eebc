"""What the steps that are filled in on a card do. Each is answered with the next card; an error leaves what was typed."""

from collections.abc import Mapping

from bot.channels.teams.port import Answer
from bot.channels.teams_desk import action_cards, case_cards, form_cards, private_cards
from bot.channels.teams_desk.answers import part, showing, text_in, values_in
from bot.channels.teams_desk.blocks import Element, execute, too_large
from bot.channels.teams_desk.dialogs import TOO_LONG, Step, step_of
from bot.channels.teams_desk.form_cards import FORM
from bot.channels.teams_desk.pressing import Bench, By, Press
from core.errors import BadInput
from handoff.desk.views import CaseView

UNKNOWN = "This step is from another version: open the case in the console."
RESOLVED, GIVEN_BACK, HANDED = "The case is resolved.", "The bot answers this customer again.", "The case is handed over."


class Forms:
    """Presses by their verb. `steps` are those that dialogs take, too."""

    def __init__(self, bench: Bench, steps: Mapping[str, Step]) -> None:
        self._bench = bench
        self._desk = bench.desk
        self._pages = bench.shown.house.pages
        self._steps = steps

    def verbs(self) -> Mapping[str, Press]:
        return {
            FORM: self.step,
            "desk:check": self.check,
            "desk:resolve": self.resolve,
            form_cards.RESOLVED: self.resolved,
            "desk:give_back": self.give_back,
            form_cards.GIVEN_BACK: self.given_back,
            "desk:hand": self.hand,
            form_cards.HANDED: self.handed,
        }

    async def step(self, by: By) -> Answer:
        """A step of a reply or a draft: the preview, the way back to the text, and only then sending."""
        step = self._steps.get(step_of(by.data))
        if step is None:
            raise BadInput(UNKNOWN)
        task = part(await step(by), "task")
        if task.get("type") == "message":
            return await self._sent(by, text_in(task, "value"))
        whole = form_cards.in_card(part(task, "value", "card", "content"), back_to(by))
        if too_large(whole):
            raise BadInput(TOO_LONG)
        return showing(whole)

    async def check(self, by: By) -> Answer:
        """The action with what was filled in, as policy sees it."""
        values = {**values_in(by.data), **form_cards.values_of(by.data)}
        action = await self._desk.acting.prepare(by.case, by.agent, by.text("skill"), values)
        return showing(action_cards.proposed(action, by.back))

    async def resolve(self, by: By) -> Answer:
        case = await self._desk.reading.case(by.case, by.agent)
        draft = await self._desk.cases.closing(by.case, by.agent)
        return showing(form_cards.resolving(case, draft, back_to(by)))

    async def resolved(self, by: By) -> Answer:
        return self._moved(by, await self._desk.cases.resolve(by.case, by.agent, by.text("text")), RESOLVED)

    async def give_back(self, by: By) -> Answer:
        case = await self._desk.reading.case(by.case, by.agent)
        return showing(form_cards.giving_back(case, back_to(by)))

    async def given_back(self, by: By) -> Answer:
        return self._moved(by, await self._desk.cases.give_back(by.case, by.agent, by.text("text")), GIVEN_BACK)

    async def hand(self, by: By) -> Answer:
        case = await self._desk.reading.case(by.case, by.agent)
        return showing(form_cards.handing(case, self._desk.roster, by.agent, back_to(by)))

    async def handed(self, by: By) -> Answer:
        to = by.text("to")
        if not to:
            raise BadInput("Choose a colleague.")
        case = await self._desk.cases.hand_to(by.case, by.agent, None if to == form_cards.QUEUE else to)
        return self._moved(by, case, HANDED)

    async def _sent(self, by: By, said: str) -> Answer:
        """After sending: the case as it stands, or that the draft is used."""
        if by.text("draft"):
            return showing(private_cards.told(said))
        case = await self._desk.reading.case(by.case, by.agent)
        return showing(case_cards.shown_to(case, by.agent, self._pages, said))

    def _moved(self, by: By, case: CaseView, said: str) -> Answer:
        """The case took a step; everybody's card follows."""
        self._bench.behind(self._bench.shown.show_case(case), by.agent)
        return showing(case_cards.shown_to(case, by.agent, self._pages, said))


def back_to(by: By) -> Element:
    """Leads back to the card on which the step began, whatever was filled in."""
    return execute("Back", action_cards.BACK.get(by.text("at"), action_cards.BACK["case"]), by.back, bare=True)
