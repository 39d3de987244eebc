"""The buttons of drafts and of suggested actions, and their dialogs."""

import json
from collections.abc import Mapping
from typing import cast

from bot.channels.slack_desk import action_card, dialogs, draft_card
from bot.channels.slack_desk.answering import open_with, quietly, replace, respond, say
from bot.channels.slack_desk.parts import View, unpacked
from bot.channels.slack_desk.side import Presses, Side, Submissions
from bot.channels.slack_desk.visit import Visit
from core.errors import Conflict, NotAllowed, RapportError
from core.people import Principal
from handoff.desk.views import ActionView, SuggestionView


class DraftPresses:
    """What the owner of a case does with the copilot's drafts."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._desk = side.desk

    def presses(self) -> Presses:
        return {
            draft_card.SEND: self.send,
            draft_card.EDIT: self.edit,
            draft_card.SHORTER: self.shorten,
            draft_card.MORE: self.more,
            action_card.RUN: self.run,
            action_card.CHANGE: self.change,
            action_card.APPROVAL: self.ask_approval,
        }

    def submissions(self) -> Submissions:
        return {
            dialogs.EDIT: self.edited,
            dialogs.SEND_EDITED: self.sent,
            dialogs.DISMISS: self.dismissed,
            dialogs.CHANGE: self.changed,
        }

    async def send(self, visit: Visit, agent: Principal) -> None:
        """Sends the draft as it stands on the card."""
        suggestion_id, case_id, mark = unpacked(visit.value, 3)
        try:
            current = await self._current(suggestion_id, case_id, agent)
            if draft_card.text_mark(current) != mark:
                await replace(visit, draft_card.draft_message(current, self._side.addresses))
                await say(visit, "Nothing was sent: the draft was changed since. Look at it as it stands now.")
                return
            line = await self._desk.suggestions.send(suggestion_id, agent)
        except Conflict:
            await self._outdated(visit, suggestion_id, case_id, agent)
            raise
        await self._side.surface.settle(suggestion_id)
        await replace(visit, draft_card.settled_message("accepted"))
        await self._side.show_line(case_id, agent, line)

    async def edit(self, visit: Visit, agent: Principal) -> None:
        suggestion_id, case_id, _ = unpacked(visit.value, 3)
        self._side.surface.replaceable.put(suggestion_id, visit.response_url)
        await open_with(visit, "Edit the draft", self._editing(suggestion_id, case_id, agent))

    async def shorten(self, visit: Visit, agent: Principal) -> None:
        suggestion_id, case_id, _ = unpacked(visit.value, 3)
        surface = self._side.surface
        try:
            async with surface.redrawing(suggestion_id):
                shorter = await self._desk.suggestions.shorten(suggestion_id, agent)
                await surface.redrawn(shorter)
        except Conflict:
            await self._outdated(visit, suggestion_id, case_id, agent)
            raise
        surface.replaceable.put(suggestion_id, visit.response_url)
        await replace(visit, draft_card.draft_message(shorter, self._side.addresses))

    async def more(self, visit: Visit, agent: Principal) -> None:
        what, suggestion_id, case_id = unpacked(visit.value, 3)
        self._side.surface.replaceable.put(suggestion_id, visit.response_url)
        if what == "why":
            await open_with(visit, "Why this draft", self._reasons(suggestion_id, case_id, agent))
        elif what == "dismiss":
            await open_with(visit, "Dismiss the draft", self._dismissing(suggestion_id, case_id, agent))

    async def run(self, visit: Visit, agent: Principal) -> None:
        action_id, case_id, title = unpacked(visit.value, 3)
        await replace(visit, action_card.running_message(title))
        try:
            action = await self._desk.acting.run(action_id, agent)
        except RapportError as error:
            await replace(visit, action_card.not_run_message(title, error.message))
            return
        await self._after(visit, agent, case_id, action)

    async def ask_approval(self, visit: Visit, agent: Principal) -> None:
        action_id, case_id, _ = unpacked(visit.value, 3)
        await self._after(visit, agent, case_id, await self._desk.acting.ask_approval(action_id, agent))

    async def change(self, visit: Visit, agent: Principal) -> None:
        await open_with(visit, "Change the action", self._changing(visit, agent))

    async def edited(self, visit: Visit, agent: Principal) -> View:
        """The changed draft as the customer would read it."""
        suggestion_id, case_id = unpacked(visit.value, 2)
        preview = await self._desk.replies.preview(case_id, agent, visit.filled.get("text", ""))
        return dialogs.preview_dialog(preview, suggestion_id)

    async def sent(self, visit: Visit, agent: Principal) -> View:
        suggestion_id, case_id, text = unpacked(visit.value, 3)
        line = await self._desk.suggestions.send(suggestion_id, agent, text)
        await self._put_away(suggestion_id, "edited")
        await self._side.show_line(case_id, agent, line)
        return dialogs.told("Sent", "It is on its way; its line in the thread says when it has arrived.")

    async def dismissed(self, visit: Visit, agent: Principal) -> View:
        suggestion_id, _ = unpacked(visit.value, 2)
        reason = dialogs.dismissed_for(visit.filled.get("reason", ""), visit.filled.get("more", ""))
        await self._desk.suggestions.dismiss(suggestion_id, agent, reason)
        await self._put_away(suggestion_id, "dismissed")
        return dialogs.told("Dismissed", "Noted: it helps the next drafts.")

    async def changed(self, visit: Visit, agent: Principal) -> View:
        """The action with its new values, judged again: it is shown in the thread with its buttons."""
        case_id, skill, url = unpacked(visit.value, 3)
        values = {name: value for name, value in visit.filled.items() if value}
        action = await self._desk.acting.prepare(case_id, agent, skill, values)
        if url and await respond(url, action_card.action_message(action), replaced=True):
            return dialogs.told("Changed", "The card in the thread shows it as it stands now.")
        case = await self._desk.reading.case(case_id, agent)
        await self._side.surface.propose(case, action, visit.user.user_id)
        return dialogs.told("Changed", "The new card in the thread shows it as it stands now.")

    async def _after(self, visit: Visit, agent: Principal, case_id: str, action: ActionView) -> None:
        """Shows what came of an action: to the agent in the card's place, to all in the thread."""
        await replace(visit, action_card.outcome_message(action, agent.name))
        case = await self._desk.reading.case(case_id, agent)
        await quietly(self._side.surface.show_action(case, action))

    async def _editing(self, suggestion_id: str, case_id: str, agent: Principal) -> View:
        return dialogs.edit_dialog(await self._current(suggestion_id, case_id, agent))

    async def _reasons(self, suggestion_id: str, case_id: str, agent: Principal) -> View:
        return dialogs.why_dialog(await self._current(suggestion_id, case_id, agent), self._side.addresses)

    async def _dismissing(self, suggestion_id: str, case_id: str, agent: Principal) -> View:
        current = await self._current(suggestion_id, case_id, agent)
        return dialogs.dismiss_dialog(current.id, current.case_id)

    async def _changing(self, visit: Visit, agent: Principal) -> View:
        case_id, skill, kept = unpacked(visit.value, 3)
        values = cast("Mapping[str, str]", json.loads(kept)) if kept else dict[str, str]()
        action = await self._desk.acting.prepare(case_id, agent, skill, values)
        return dialogs.change_dialog(action, visit.response_url)

    async def _current(self, suggestion_id: str, case_id: str, agent: Principal) -> SuggestionView:
        """The draft, if it is still the one that is offered. Otherwise its card says that it is out of date."""
        current = await self._desk.suggestions.current(case_id, agent)
        if current is None or current.id != suggestion_id:
            await self._put_away(suggestion_id, "stale")
            raise Conflict(draft_card.SETTLED["stale"])
        return current

    async def _outdated(self, visit: Visit, suggestion_id: str, case_id: str, agent: Principal) -> None:
        """Says so in the card's place, unless the draft is still the one that is offered."""
        if await self._offered(suggestion_id, case_id, agent):
            return
        await self._side.surface.settle(suggestion_id)
        if visit.ephemeral:
            await replace(visit, draft_card.settled_message("stale"))
        else:
            await say(visit, draft_card.SETTLED["stale"])

    async def _offered(self, suggestion_id: str, case_id: str, agent: Principal) -> bool:
        try:
            current = await self._desk.suggestions.current(case_id, agent)
        except (Conflict, NotAllowed):
            return False
        return current is not None and current.id == suggestion_id

    async def _put_away(self, suggestion_id: str, state: str) -> None:
        """Says in the card's place what became of a draft, where its card can still be reached."""
        url = self._side.surface.replaceable.take(suggestion_id)
        if url:
            await respond(url, draft_card.settled_message(state), replaced=True)
        await self._side.surface.settle(suggestion_id)
