"""What the dialogs do. A reply reaches a customer only from a preview that was shown; an error keeps what was typed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels.teams.port import Answer
from bot.channels.teams_desk import action_cards, dialog_cards
from bot.channels.teams_desk.answers import closing, dialog, text_in, values_in
from bot.channels.teams_desk.blocks import Element, too_large
from bot.channels.teams_desk.deciding import DraftPresses
from bot.channels.teams_desk.dialog_cards import QUEUE
from bot.channels.teams_desk.pressing import Bench, By
from core.errors import BadInput, RapportError
from handoff.desk.views import ActionView, CaseView

Step = Callable[[By], Awaitable[Answer]]
TOO_LONG = "This is too long to be shown whole here: send it in two parts, or from the console."
REPLY, EDIT, RESOLVE, GIVE_BACK, HAND = "Reply", "Edit the draft", "Resolve", "Give back to the bot", "Hand over"


class Dialogs:
    """Steps by their name in a button's `desk`."""

    def __init__(self, bench: Bench, drafts: DraftPresses) -> None:
        self._bench = bench
        self._desk = bench.desk
        self._drafts = drafts

    def steps(self) -> Mapping[str, Step]:
        return {
            "reply": self.reply,
            "reply.change": self.reply,
            "reply.preview": self.preview,
            "reply.send": self.send,
            "draft.edit": self.edit,
            "draft.send": self.send_edited,
            "act.change": self.change,
            "act.check": self.check,
            "act.run": self.run,
            "act.ask": self.ask,
            "resolve": self.resolve,
            "resolve.done": self.resolved,
            "give_back": self.give_back,
            "give_back.done": self.given_back,
            "hand": self.hand,
            "hand.done": self.handed,
        }

    async def reply(self, by: By) -> Answer:
        return dialog(REPLY, dialog_cards.writing(_with(by, "reply.preview"), text=by.text("text")))

    async def preview(self, by: By) -> Answer:
        """Shows exactly what will be sent."""
        text = by.text("text")
        try:
            shown = await self._desk.replies.preview(by.case, by.agent, text)
            whole = dialog_cards.previewed(shown, _with(by, "draft.send" if by.text("draft") else "reply.send"))
            if too_large(whole):
                raise BadInput(TOO_LONG)
        except RapportError as error:
            return dialog(REPLY, dialog_cards.writing(_with(by, "reply.preview"), text=text, said=error.message))
        return dialog(REPLY, whole)

    async def send(self, by: By) -> Answer:
        text = by.text("text")
        try:
            await self._desk.replies.send(by.text("token"), by.agent, text)
        except RapportError as error:
            return dialog(REPLY, dialog_cards.writing(_with(by, "reply.preview"), text=text, said=error.message))
        return closing("It is on its way to the customer. The thread shows when it has arrived.")

    async def edit(self, by: By) -> Answer:
        draft = await self._drafts.of(by)
        return dialog(EDIT, dialog_cards.writing(_with(by, "reply.preview"), text=draft.text))

    async def send_edited(self, by: By) -> Answer:
        """Sends the changed draft, so that what was changed is learnt from."""
        text = by.text("text")
        try:
            draft = await self._drafts.of(by)
            await self._desk.suggestions.send(draft.id, by.agent, text)
        except RapportError as error:
            return dialog(EDIT, dialog_cards.writing({"case": by.case, "desk": "reply.preview"}, text=text, said=error.message))
        await self._drafts.ended(by, draft, "accepted" if text == draft.text else "edited")
        return closing("It is on its way to the customer. The thread shows when it has arrived.")

    async def change(self, by: By) -> Answer:
        action = await self._prepared(by, values_in(by.data))
        return dialog(action.title, action_cards.changing(action, by.back))

    async def check(self, by: By) -> Answer:
        """The action with what was filled in, as policy sees it."""
        values = {**values_in(by.data), **action_cards.values_of(by.data)}
        action = await self._prepared(by, values)
        return dialog(action.title, action_cards.reviewed(action, by.back))

    async def run(self, by: By) -> Answer:
        return await self._acted(by, await self._desk.acting.run(by.text("action"), by.agent))

    async def ask(self, by: By) -> Answer:
        return await self._acted(by, await self._desk.acting.ask_approval(by.text("action"), by.agent))

    async def resolve(self, by: By) -> Answer:
        """A draft of the summary, and what is still promised."""
        case = await self._desk.reading.case(by.case, by.agent)
        draft = await self._desk.cases.closing(by.case, by.agent)
        return dialog(RESOLVE, dialog_cards.resolving(_with(by, "resolve.done"), draft, case.promises))

    async def resolved(self, by: By) -> Answer:
        def again(text: str, said: str) -> Element:
            return dialog_cards.resolving(_with(by, "resolve.done"), text, (), said)

        work = self._desk.cases.resolve(by.case, by.agent, by.text("text"))
        return await self._moved(by, work, RESOLVE, again)

    async def give_back(self, by: By) -> Answer:
        return dialog(GIVE_BACK, dialog_cards.giving_back(_with(by, "give_back.done")))

    async def given_back(self, by: By) -> Answer:
        def again(text: str, said: str) -> Element:
            return dialog_cards.giving_back(_with(by, "give_back.done"), text, said)

        work = self._desk.cases.give_back(by.case, by.agent, by.text("text"))
        return await self._moved(by, work, GIVE_BACK, again)

    async def hand(self, by: By) -> Answer:
        return dialog(HAND, dialog_cards.handing(_with(by, "hand.done"), self._desk.roster, by.agent.id))

    async def handed(self, by: By) -> Answer:
        def again(_text: str, said: str) -> Element:
            return dialog_cards.handing(_with(by, "hand.done"), self._desk.roster, by.agent.id, said)

        to = by.text("to")
        if not to:
            return dialog(HAND, again("", "Choose a colleague."))
        work = self._desk.cases.hand_to(by.case, by.agent, None if to == QUEUE else to)
        return await self._moved(by, work, HAND, again)

    async def _prepared(self, by: By, values: Mapping[str, str]) -> ActionView:
        return await self._desk.acting.prepare(by.case, by.agent, by.text("skill"), values)

    async def _acted(self, by: By, action: ActionView) -> Answer:
        case = await self._desk.reading.case(action.case_id, by.agent)
        self._bench.behind(self._bench.shown.show_action(case, action), by.agent)
        return closing(action.result or "It is in the thread.")

    async def _moved(self, by: By, work: Awaitable[CaseView], title: str, again: Callable[[str, str], Element]) -> Answer:
        """The case took a step; its card follows. An error opens the dialog anew with what was typed."""
        try:
            case = await work
        except RapportError as error:
            return dialog(title, again(by.text("text"), error.message))
        self._bench.behind(self._bench.shown.show_case(case), by.agent)
        return closing("Done. The case's card shows it.")


def _with(by: By, step: str) -> dict[str, str]:
    return {**by.back, "desk": step}


def step_of(data: Mapping[str, Any]) -> str:
    return text_in(data, "desk")
