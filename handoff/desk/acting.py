"""What agents do for customers: skills prepared with values filled in, run on the agent's own authority under policy."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from core.action import ActionRequest, Allow, Decision, Effect, NeedsApproval
from core.errors import BadInput, Conflict, NotAllowed, NotFound, RapportError, Unavailable
from core.language import Asked
from core.people import Principal, PrincipalKind
from governance.approvals import ApprovalState
from handoff.desk.acting_fields import slots_of
from handoff.desk.copilot import CopilotRooms, permit
from handoff.desk.matter import Matter, by_name, drafting_for, held, read_matter, understood
from handoff.desk.port import DoneView
from handoff.desk.prepared import (
    ASKED,
    DONE,
    FAILED,
    PROPOSED,
    UNSETTLED,
    Prepared,
    PreparedActions,
    changed,
    offered_for,
)
from handoff.desk.preparing import MOST, Wanted, Worked, likely, skill_for_agents, work_out
from handoff.desk.views import ActionView, Verdict
from skills.catalogue import find
from skills.facts import Talk
from skills.outcomes import Outcome, Status

ORDER = (Verdict.ALLOW, Verdict.NEEDS_APPROVAL, Verdict.ASK, Verdict.DENY)
NEVER_REACHED = "skills.unavailable"
STANDS: Mapping[ApprovalState, str] = {
    ApprovalState.OPEN: "It waits for a decision by {role}.",
    ApprovalState.GRANTED: "It was approved and is being carried out.",
    ApprovalState.EXECUTED: "It was approved and carried out.",
    ApprovalState.REFUSED: "It wasn't approved.",
    ApprovalState.EXPIRED: "Nobody decided in time: ask again if it is still wanted.",
}


class AgentActions:
    """Offers, prepares and runs actions for the agent who holds a case."""

    def __init__(self, rooms: CopilotRooms) -> None:
        self._rooms = rooms
        self._kept = PreparedActions(rooms.vault)

    async def offered(self, case_id: str, agent: Principal) -> Sequence[ActionView]:
        """What fits the case, what may be run at once first; at most four. The same until the customer writes again."""
        matter = await self._matter(case_id, agent)
        kept = await self._rooms.database.read(partial(self._of_case, case_id=case_id, agent=agent))
        before = offered_for(kept, matter.position, self._rooms.now)
        if not before:
            asked = await self._asked(matter)
            found = [await self._tried(matter, agent, each) for each in likely(matter, asked)]
            before = [each for each in found if each is not None]
        shown = [await self._view(each) for each in before]
        return sorted(shown, key=lambda view: ORDER.index(view.verdict))[:MOST]

    async def prepare(self, case_id: str, agent: Principal, skill: str, values: Mapping[str, str]) -> ActionView:
        """An action with these values, judged now. What the agent left as it was keeps its origin."""
        matter = await self._matter(case_id, agent)
        wanted = skill_for_agents(skill)
        kept = await self._rooms.database.read(partial(self._of_case, case_id=case_id, agent=agent))
        before = next((each for each in reversed(kept) if each.view.skill == skill), None)
        shown = {each.name: each.value for each in before.view.fields} if before else {}
        slots = slots_of(wanted, values, shown, by_name(before.slots if before else ()), agent.id)
        worked = await work_out(self._rooms, matter, agent, Wanted(skill=skill, slots=slots))
        return (await self._kept_as(worked, agent.tenant.id)).made.view

    async def run(self, action_id: str, agent: Principal) -> ActionView:
        """Runs a prepared action, once; policy decides again on fresh facts. The same id again gives the same outcome."""
        made = await self._mine(action_id, agent)
        if made.view.state not in (PROPOSED, UNSETTLED):
            return await self._view(made)
        request = await self._runnable(made, agent)
        outcome = await self._rooms.runner.run(request, _talk(request))
        return await self._settle(_after(made, outcome))

    async def ask_approval(self, action_id: str, agent: Principal) -> ActionView:
        """Asks those with the role, who can't be the agent, to approve exactly this. Asking again is no second request."""
        made = await self._mine(action_id, agent)
        if made.view.state != PROPOSED:
            return await self._view(made)
        request = await self._runnable(made, agent)
        proposer, skill = self._rooms.runner.proposer, find(request.skill)
        gathered = await proposer.fresh(skill, request, proposer.context(skill, request), _talk(request))
        decision: Decision = proposer.gate.decide(request, gathered.facts)
        if isinstance(decision, Allow):
            raise Conflict("This needs nobody's approval now: run it.", action=action_id)
        if not isinstance(decision, NeedsApproval):
            told = " ".join(each.agent for each in decision.reasons)
            raise Conflict(f"Policy denies this now, so that nobody can approve it. {told}", action=action_id)
        outcome = await self._rooms.runner.seek_approval(request, decision, gathered.facts)
        return await self._settle(_after(made, outcome))

    async def done(self, case_id: str, agent: Principal) -> Sequence[DoneView]:
        """What agents ran or asked approval for in the case, the oldest first; everybody at the desk may read it."""
        tenant, roster = self._rooms.tenant, self._rooms.roster
        if agent.kind is not PrincipalKind.AGENT or agent.tenant.id != tenant.id:
            raise NotAllowed("This is for the support desk: ask an administrator for a seat.")
        settled = await self._rooms.database.read(lambda conn: self._kept.settled(conn, tenant.id, case_id))
        named = [(at, made, roster.by_id(made.agent_id)) for at, made in settled]
        return [DoneView(at=at, by=by.name if by else made.agent_id, action=await self._view(made)) for at, made, by in named]

    async def shown(self, action_id: str, tenant: str) -> ActionView | None:
        """An action as it stands, for those who show it; None once it isn't kept any more."""
        try:
            return await self._view(await self._rooms.database.read(partial(self._get, tenant=tenant, action_id=action_id)))
        except NotFound:
            return None

    async def make(self, matter: Matter, agent: Principal, wanted: Wanted) -> Worked:
        """Works out what nobody asked for in so many words, and keeps it for an hour. Raises `Conflict` for what was done."""
        worked = await work_out(self._rooms, matter, agent, wanted)
        request, tenant, talk = worked.made.request, self._rooms.tenant.id, matter.conversation.id
        if request is not None and request.effect is not Effect.READ:
            events = await self._rooms.database.read(lambda conn: self._rooms.journal.of_conversation(conn, tenant, talk))
            same = [each for each in events if each.data.get("arguments_hash") == request.arguments_hash]
            if any(each.type == "action.finished" for each in same):
                raise Conflict("Exactly this was done already in this conversation.", action=request.id)
        return await self._kept_as(worked, tenant)

    async def _kept_as(self, worked: Worked, tenant: str) -> Worked:
        await self._rooms.database.write(lambda conn: self._kept.add(conn, tenant, worked.made, self._rooms.now))
        return worked

    async def _tried(self, matter: Matter, agent: Principal, wanted: Wanted) -> Prepared | None:
        """A guess at what fits; nothing when it doesn't."""
        try:
            return (await self.make(matter, agent, wanted)).made
        except RapportError:
            return None

    async def _asked(self, matter: Matter) -> Sequence[Asked]:
        try:
            async with drafting_for(self._rooms, matter):
                found = await understood(self._rooms, matter)
        except Unavailable:
            return ()
        return [each for one in found for each in one.asked]

    async def _matter(self, case_id: str, agent: Principal) -> Matter:
        permit(agent, self._rooms.tenant)

        def read(conn: Connection) -> Matter:
            held(self._rooms, conn, case_id, agent)
            return read_matter(self._rooms, conn, agent.tenant.id, case_id)

        return await self._rooms.database.read(read)

    async def _mine(self, action_id: str, agent: Principal) -> Prepared:
        permit(agent, self._rooms.tenant)
        made = await self._rooms.database.read(partial(self._get, tenant=agent.tenant.id, action_id=action_id))
        if made.agent_id != agent.id:
            raise NotAllowed("A colleague prepared this action: prepare your own, once you hold the case.", action=action_id)
        return made

    async def _runnable(self, made: Prepared, agent: Principal) -> ActionRequest:
        """The exact request, while the agent holds the case and it isn't too old. Raises `BadInput` or `Conflict`."""
        view = made.view
        if view.verdict is Verdict.ASK:
            raise BadInput(f"A value is missing: {view.question} Change the action and fill it in.", action=view.id)
        if made.request is None:
            raise Conflict(f"This can't be run: {' '.join(view.reasons) or 'policy denies it.'}", action=view.id)
        if view.state == PROPOSED and made.expires_at <= self._rooms.now:
            raise Conflict("This action was prepared more than an hour ago: prepare it anew.", action=view.id)
        await self._rooms.database.read(lambda conn: held(self._rooms, conn, view.case_id, agent))
        return made.request

    async def _settle(self, made: Prepared) -> ActionView:
        tenant, now = self._rooms.tenant.id, self._rooms.now
        await self._rooms.database.write(lambda conn: self._kept.settle(conn, tenant, made, now))
        return await self._view(made)

    async def _view(self, made: Prepared) -> ActionView:
        """How it looks now: what waits for approval says how that stands."""
        approval_id = made.view.approval_id
        if made.view.state != ASKED or approval_id is None:
            return made.view
        tenant = self._rooms.tenant.id
        approval = await self._rooms.database.read(lambda conn: self._rooms.approvals.get(conn, tenant, approval_id))
        lapsed = approval.state is ApprovalState.OPEN and approval.expires_at <= self._rooms.now
        stands = STANDS[ApprovalState.EXPIRED if lapsed else approval.state]
        return changed(made, result=stands.format(role=approval.role.replace("_", " "))).view

    def _get(self, conn: Connection, tenant: str, action_id: str) -> Prepared:
        return self._kept.get(conn, tenant, action_id)

    def _of_case(self, conn: Connection, case_id: str, agent: Principal) -> list[Prepared]:
        return self._kept.of_case(conn, agent.tenant.id, case_id, agent.id)


def _talk(request: ActionRequest) -> Talk:
    return Talk(correlation_id=request.correlation_id, raised_by=request.raised_by)


def _after(made: Prepared, outcome: Outcome) -> Prepared:
    """The action with what came of it. What never reached its system may be run again."""
    told = " ".join(each.text for each in outcome.told)
    match outcome.status:
        case Status.DONE:
            assert outcome.done is not None
            result = " ".join(each.text for each in outcome.done.sentences) or "Done."
            return changed(made, state=DONE, result=result, receipt=outcome.done.receipt)
        case Status.AWAITING_APPROVAL:
            values = {"state": ASKED, "approval_id": outcome.approval_id, "approver": outcome.role or ""}
            return changed(made, verdict=Verdict.NEEDS_APPROVAL, **values)
        case Status.REFUSED:
            reasons = tuple(each.agent for each in outcome.decision.reasons) if outcome.decision else ()
            return changed(made, state=FAILED, verdict=Verdict.DENY, reasons=reasons, result=" ".join(reasons))
        case Status.FAILED if not outcome.uncertain and any(each.approved == NEVER_REACHED for each in outcome.told):
            return changed(made, result=told)
        case Status.FAILED:
            return changed(made, state=UNSETTLED if outcome.uncertain else FAILED, result=told)
