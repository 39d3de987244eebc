"""What a case is about right now: what the customer wrote that nobody has answered, and what was said and tried before."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from core.action import ActionRequest, Decision, Deny, Reason
from core.conversation import Author, Entry, EntryKind
from core.errors import Conflict, NotAllowed, NotFound, RapportError
from core.language import Said, SlotValue, Understanding, UnderstandRequest
from core.people import Assurance, Principal, PrincipalKind
from governance.approvals import Approval, ApprovalState
from handoff.case_book import CLAIMED, Case
from handoff.desk.charging import Person, for_desk
from handoff.desk.copilot import CopilotRooms
from handoff.packet import Packet
from memory.tables import Conversation
from skills.catalogue import intents
from skills.contract import Context, Skill, Slots
from skills.facts import Talk
from skills.propose import WHO_MAY_ASK

LOOKED_AT = 80
MOST_SAID = 12
LOOKUP_S = 2.0
STEP_UP = "step_up"
HANDED_OVER = "reason"
SENTENCE_ENDS = (".", "?", "!", "…", ":")
ANSWERS = (EntryKind.TEXT, EntryKind.SENTENCE, EntryKind.CARD, EntryKind.RECEIPT)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A case as read in one view. `text` is what the customer wrote in a row, in `lines`; `latest` and `position` are its last.

    `answered` says that somebody has replied to it since; `said` ends before it. `waiting` are approvals still to be decided.
    """

    case: Case
    conversation: Conversation
    packet: Packet | None
    text: str
    latest: str
    position: int
    message_id: str
    answered: bool
    lines: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    waiting: tuple[Approval, ...] = ()

    @property
    def account_id(self) -> str | None:
        return self.conversation.account_id

    def on_behalf(self, agent: Principal) -> Principal:
        """The agent, acting for this customer: contact facts and seals are the customer's, authority is the agent's own."""
        contact = self.conversation.contact_id or self.conversation.person_id
        return replace(agent, account_id=self.account_id, contact_id=contact)

    def talk(self) -> Talk:
        return Talk(correlation_id=self.case.correlation_id, raised_by="agent")

    def heard(self, text: str) -> list[Said]:
        """The conversation as a model is given it, `text` last."""
        return [*self.said, Said(role="customer", text=text, message_id=self.message_id)]


def read_matter(rooms: CopilotRooms, conn: Connection, tenant: str, case_id: str) -> Matter:
    """Reads it all. Raises `NotFound` for an unknown case."""
    case = rooms.cases.get(conn, tenant, case_id)
    conversation = rooms.threads.get(conn, tenant, case.conversation_id)
    after = max(0, conversation.last_position - LOOKED_AT)
    run, answered = unanswered(rooms.threads.read(conn, tenant, conversation.id, after, internal=True))
    ids = {_message_id(each) for each in run}
    lines = whole_lines([str(each.body["text"]) for each in run])
    said = rooms.threads.said(conn, tenant, conversation.id, MOST_SAID + len(run))
    approvals = rooms.approvals.of_conversation(conn, tenant, conversation.id)
    return Matter(
        case=case,
        conversation=conversation,
        packet=_packet(rooms, conn, case),
        text="\n".join(lines),
        lines=lines,
        latest=lines[-1] if lines else "",
        position=run[-1].position if run else 0,
        message_id=_message_id(run[-1]) if run else "",
        answered=answered,
        said=tuple(each for each in said if each.message_id not in ids),
        waiting=tuple(each for each in approvals if each.state is ApprovalState.OPEN and each.expires_at > rooms.now),
    )


def held(rooms: CopilotRooms, conn: Connection, case_id: str, agent: Principal) -> Case:
    """The case, when `agent` holds it. Raises `Conflict` when nobody does, `NotAllowed` when somebody else does."""
    case = rooms.cases.get(conn, agent.tenant.id, case_id)
    if not case.live:
        raise Conflict(f"This case is {case.ended} already: open the conversation to see how it went.", case_id=case_id)
    if case.state != CLAIMED:
        raise Conflict("Nobody holds this case: claim it first.", case_id=case_id)
    if case.agent_id != agent.id:
        raise NotAllowed(f"{case.agent_name} holds this case: ask them to hand it to you.", case_id=case_id)
    return case


def unanswered(lines: Sequence[Entry]) -> tuple[list[Entry], bool]:
    """What the customer wrote last, line by line, and whether an agent has written since.

    What the bot says when it hands over is no answer. An answer before the customer's last words ends the run, and so does the
    hand-over itself once they have written again.
    """
    run: list[Entry] = []
    answered = False
    for line in reversed(lines):
        if line.author is Author.CUSTOMER and line.kind is EntryKind.TEXT:
            run += [line] if str(line.body.get("text", "")).strip() else []
        elif line.kind in ANSWERS and line.author in (Author.AGENT, Author.BOT):
            if run:
                break
            answered = answered or line.author is Author.AGENT
        elif run and line.kind is EntryKind.NOTICE and HANDED_OVER in line.body:
            break
    return run[::-1], answered


def whole_lines(texts: Sequence[str]) -> tuple[str, ...]:
    """Messages, those joined in which one sentence goes on: "How long do I have", then "to ask for a refund?"."""
    lines: list[str] = []
    for text in texts:
        goes_on = bool(lines) and lines[-1][:1].isupper() and not lines[-1].endswith(SENTENCE_ENDS) and text[:1].islower()
        if goes_on:
            lines[-1] = f"{lines[-1]} {text}"
        else:
            lines.append(text)
    return tuple(lines)


@asynccontextmanager
async def drafting_for(rooms: CopilotRooms, matter: Matter | None) -> AsyncGenerator[None]:
    """Counts the block's model calls against the case's conversation, with its customer masked."""
    if matter is None or matter.account_id is None:
        async with for_desk(rooms.tenant.id, matter.conversation if matter else None):
            yield
        return
    account_id = matter.account_id

    async def find(contact_id: str) -> Person | None:
        async with asyncio.timeout(LOOKUP_S):
            contacts = await rooms.ports.crm.contacts(account_id)
        return next((each for each in contacts if each.id == contact_id), None)

    async with for_desk(rooms.tenant.id, matter.conversation, find):
        yield


async def customer_of(rooms: CopilotRooms, matter: Matter) -> Principal:
    """Who writes, with the roles that the CRM gives them; without any when it doesn't answer in time."""
    conversation = matter.conversation
    roles: frozenset[str] = frozenset()
    name = ""
    if conversation.contact_id and conversation.account_id and conversation.assurance is Assurance.VERIFIED:
        try:
            async with asyncio.timeout(LOOKUP_S):
                contacts = await rooms.ports.crm.contacts(conversation.account_id)
        except (RapportError, TimeoutError):
            contacts = ()
        found = next((each for each in contacts if each.id == conversation.contact_id and each.active), None)
        if found is not None:
            roles, name = frozenset({found.role}), found.name
    return Principal(
        kind=PrincipalKind.CUSTOMER,
        id=conversation.visitor_id,
        tenant=rooms.tenant,
        name=name,
        roles=roles,
        account_id=conversation.account_id,
        contact_id=conversation.contact_id,
        assurance=conversation.assurance,
    )


def barred(rooms: CopilotRooms, matter: Matter, customer: Principal, skill: Skill) -> tuple[Reason, ...]:
    """Why this customer may not ask for that skill at all, and so may not be told what it finds; empty when they may."""
    decision = _judged_blind(rooms, matter, customer, skill)
    if not isinstance(decision, Deny):
        return ()
    if not decision.policies:
        return decision.reasons
    found = zip(decision.policies, decision.reasons, strict=True)
    return tuple(reason for rule, reason in found if rule in WHO_MAY_ASK)


def needs_code(rooms: CopilotRooms, matter: Matter, principal: Principal, skill: Skill) -> bool:
    """Whether policy lets nobody do this but a person who has just proved who they are with a mailed code."""
    return STEP_UP in _judged_blind(rooms, matter, principal, skill).policies


async def understood(rooms: CopilotRooms, matter: Matter) -> list[Understanding]:
    """What is made of the customer's last line, and of all that they wrote in a row when that is more. Raises `Unavailable`."""
    texts = dict.fromkeys(each for each in (matter.latest, matter.text) if each)
    return [await rooms.model.understand(UnderstandRequest(said=matter.heard(each), intents=intents())) for each in texts]


def context_of(rooms: CopilotRooms, matter: Matter, principal: Principal, said: str = "") -> Context:
    """What a skill is given when it is prepared for this case."""
    return Context(
        principal=principal,
        account_id=matter.account_id,
        conversation_id=matter.conversation.id,
        ports=rooms.ports,
        clock=rooms.clock,
        language=matter.conversation.language,
        said=said or matter.text,
        message_id=matter.message_id,
    )


def by_name(slots: Sequence[SlotValue]) -> Slots:
    return {slot.name: slot for slot in slots}


def _judged_blind(rooms: CopilotRooms, matter: Matter, principal: Principal, skill: Skill) -> Decision:
    """What policy says before anything is known but who asks for what."""
    proposer = rooms.runner.proposer
    request = ActionRequest(
        id=f"{matter.case.id}-{skill.id}",
        skill=skill.id,
        effect=skill.effect,
        arguments={},
        principal=principal,
        account_id=matter.account_id,
        conversation_id=matter.conversation.id,
        correlation_id=matter.case.correlation_id,
        idempotency_key=matter.case.id,
        requested_at=rooms.now,
        raised_by="agent",
    )
    return proposer.gate.decide(request, proposer.base(request))


def _packet(rooms: CopilotRooms, conn: Connection, case: Case) -> Packet | None:
    try:
        return rooms.cases.packet(conn, case.tenant, case.id)
    except NotFound:
        return None


def _message_id(line: Entry) -> str:
    return str(line.body.get("message_id") or line.position)
