"""The buttons of case cards and their dialogs: claim, reply, suggest actions, hand over, give back, resolve, retry."""

from bot.channels.slack_desk import dialogs
from bot.channels.slack_desk.answering import open_with, quietly, replace, say, whisper
from bot.channels.slack_desk.case_card import ACTIONS, CLAIM, CUSTOMER, MORE, REPLY, RESOLVE, case_message
from bot.channels.slack_desk.customer_card import customer_message
from bot.channels.slack_desk.line_card import AGAIN
from bot.channels.slack_desk.parts import View, unpacked, words
from bot.channels.slack_desk.side import Presses, Side, Submissions
from bot.channels.slack_desk.visit import Visit
from core.errors import BadInput, Conflict, NotFound
from core.people import Principal
from handoff.desk.views import CaseView, DeliveryView, LineView

HOW = "You hold this case. What you write in this thread is internal; to write to the customer, press Reply."


class CasePresses:
    """Every path to a customer goes through the Reply dialog and its preview."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._desk = side.desk

    def presses(self) -> Presses:
        return {
            CLAIM: self.claim,
            CUSTOMER: self.customer,
            REPLY: self.reply,
            ACTIONS: self.actions,
            RESOLVE: self.resolve,
            MORE: self.more,
            AGAIN: self.again,
        }

    def submissions(self) -> Submissions:
        return {
            dialogs.REPLY: self.previewed,
            dialogs.SEND: self.sent,
            dialogs.USE: self.used,
            dialogs.HAND: self.handed,
            dialogs.RETURN: self.returned,
            dialogs.RESOLVE: self.resolved,
        }

    async def claim(self, visit: Visit, agent: Principal) -> None:
        try:
            case = await self._desk.cases.claim(visit.value, agent)
        except Conflict:
            await self._side.refresh(visit.value, agent)
            raise
        await quietly(self._side.surface.show_case(case))
        if visit.ephemeral:
            await replace(visit, case_message(case, self._side.addresses))
        thread = await self._side.surface.found_thread(case.id)
        if thread is not None and thread.channel == visit.channel:
            await whisper(visit, words(HOW), thread=thread.thread)

    async def customer(self, visit: Visit, agent: Principal) -> None:
        customer = await self._desk.reading.customer(agent, visit.value)
        await whisper(visit, customer_message(customer, self._side.addresses))

    async def reply(self, visit: Visit, agent: Principal) -> None:
        await open_with(visit, "Reply to customer", self._replying(visit.value, agent))

    async def actions(self, visit: Visit, agent: Principal) -> None:
        case = await self._held(visit.value, agent)
        offered = await self._desk.acting.offered(case.id, agent)
        for action in offered:
            await self._side.surface.propose(case, action, visit.user.user_id)
        if not offered:
            await say(visit, "No action fits this case as it stands.")

    async def resolve(self, visit: Visit, agent: Principal) -> None:
        await open_with(visit, "Resolve", self._resolving(visit.value, agent))

    async def more(self, visit: Visit, agent: Principal) -> None:
        what, case_id = unpacked(visit.value, 2)
        if what == "hand":
            await open_with(visit, "Hand over", self._handing(case_id, agent))
        elif what == "return":
            await open_with(visit, "Give back to bot", self._returning(case_id, agent))
        elif what == "customer":
            customer = await self._desk.reading.customer(agent, case_id)
            await whisper(visit, customer_message(customer, self._side.addresses))

    async def again(self, visit: Visit, agent: Principal) -> None:
        """Tries a delivery again; the button of an unclear one has asked before."""
        case_id, position = unpacked(visit.value, 2)
        lines = await self._desk.reading.lines(case_id, agent, int(position) - 1)
        line = next((each for each in lines if each.position == int(position)), None)
        undelivered = await self._desk.replies.undelivered(agent)
        found = next((each for each in undelivered if line and _carries(each, case_id, line)), None)
        if line is None or found is None:
            if line is not None:
                await self._side.show_line(case_id, agent, line)
            raise NotFound("This message is not waiting to be sent again: look at its line.")
        again = await self._desk.replies.send_again(found.id, agent)
        lines = await self._desk.reading.lines(case_id, agent, line.position - 1)
        await self._side.show_line(case_id, agent, next((each for each in lines if each.position == line.position), line))
        await say(visit, f"Sent again: {again.arrived.value or 'on its way'}.")

    async def previewed(self, visit: Visit, agent: Principal) -> View:
        """What was written, as the customer would read it; with the words why not, if not."""
        case_id, text = visit.value, visit.filled.get("text", "")
        try:
            return dialogs.preview_dialog(await self._desk.replies.preview(case_id, agent, text))
        except BadInput as error:
            return dialogs.reply_dialog(await self._held(case_id, agent), text, error.message)

    async def sent(self, visit: Visit, agent: Principal) -> View:
        token, case_id, text = unpacked(visit.value, 3)
        line = await self._desk.replies.send(token, agent, text)
        await self._side.show_line(case_id, agent, line)
        return dialogs.told("Sent", "It is on its way; its line in the thread says when it has arrived.")

    async def used(self, visit: Visit, agent: Principal) -> View:
        case_id, text = unpacked(visit.value, 2)
        return dialogs.reply_dialog(await self._held(case_id, agent), text)

    async def handed(self, visit: Visit, agent: Principal) -> View:
        to = visit.filled.get("to", "")
        case = await self._desk.cases.hand_to(visit.value, agent, None if to == dialogs.QUEUE else to)
        await quietly(self._side.surface.show_case(case))
        return dialogs.told("Handed over", f"{case.owner} holds it now." if case.owner else "It waits in the queue again.")

    async def returned(self, visit: Visit, agent: Principal) -> View:
        case = await self._desk.cases.give_back(visit.value, agent, visit.filled.get("note", ""))
        await quietly(self._side.surface.show_case(case))
        return dialogs.told("Given back", "The assistant answers again.")

    async def resolved(self, visit: Visit, agent: Principal) -> View:
        case = await self._desk.cases.resolve(visit.value, agent, visit.filled.get("summary", ""))
        await quietly(self._side.surface.show_case(case))
        still = "; ".join(each.text for each in case.promises if each.state == "open")
        return dialogs.told("Resolved", "The case is resolved." + (f" Still promised: {still}" if still else ""))

    async def _replying(self, case_id: str, agent: Principal) -> View:
        return dialogs.reply_dialog(await self._held(case_id, agent))

    async def _handing(self, case_id: str, agent: Principal) -> View:
        return dialogs.hand_dialog(await self._held(case_id, agent), self._desk.roster, agent)

    async def _returning(self, case_id: str, agent: Principal) -> View:
        return dialogs.return_dialog(await self._held(case_id, agent))

    async def _resolving(self, case_id: str, agent: Principal) -> View:
        case = await self._held(case_id, agent)
        return dialogs.resolve_dialog(case, await self._desk.cases.closing(case_id, agent))

    async def _held(self, case_id: str, agent: Principal) -> CaseView:
        """The case, if this agent holds it. Raises `Conflict` with words for those who don't."""
        case = await self._desk.reading.case(case_id, agent)
        if not case.live:
            raise Conflict("This case is closed: open the console to see how it went.", case_id=case.id)
        if case.owner_id is None:
            raise Conflict("Nobody holds this case: claim it first.", case_id=case.id)
        if case.owner_id != agent.id:
            raise Conflict(f"{case.owner} holds this case: ask them to hand it over.", case_id=case.id)
        return case


def _carries(delivery: DeliveryView, case_id: str, line: LineView) -> bool:
    """Whether a delivery is that of a line."""
    if delivery.case_id != case_id:
        return False
    return delivery.position == line.position if delivery.position else delivery.text.split() == line.text.split()
