"""What the dialogs do. A reply reaches a customer only from a preview that was shown; an error keeps what was typed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels.teams.port import Answer
from bot.channels.teams_desk import dialog_cards
from bot.channels.teams_desk.answers import closing, dialog, text_in
from bot.channels.teams_desk.blocks import too_large
from bot.channels.teams_desk.deciding import DraftPresses
from bot.channels.teams_desk.pressing import Bench, By
from core.errors import BadInput, RapportError

Step = Callable[[By], Awaitable[Answer]]
TOO_LONG = "This is too long to be shown whole here: send it in two parts, or from the console."
REPLY, EDIT = "Reply", "Edit the draft"


class Dialogs:
    """Steps by their name in a button's `desk`."""

    def __init__(self, bench: Bench, drafts: DraftPresses) -> None:
        self._bench = bench
        self._desk = bench.desk
        self._drafts = drafts

    def steps(self) -> Mapping[str, Step]:
        return {
            "reply.change": self.reply,
            "reply.preview": self.preview,
            "reply.send": self.send,
            "draft.edit": self.edit,
            "draft.send": self.send_edited,
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


def _with(by: By, step: str) -> dict[str, str]:
    return {**by.back, "desk": step}


def step_of(data: Mapping[str, Any]) -> str:
    return text_in(data, "desk")
