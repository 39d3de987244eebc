"""The public state of the service, and mail that belongs to a conversation: a code, a copy of what was said."""

import re

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Sentence
from skills.arguments import Said, computed, default, typed
from skills.contract import Context, Done, Prepared, Ready, Skill, Slots
from skills.helpdesk.tickets import still_open
from skills.wording import listed, say

INCIDENT = re.compile(r"\b[A-Z]{2,4}-\d{3,5}\b")


class Nothing(BaseModel):
    """No arguments."""


class IncidentQuestion(BaseModel):
    """An incident by its id; none for those that are open."""

    incident_id: str | None = None


class Incidents(BaseModel):
    """The incidents in question."""

    incident_ids: tuple[str, ...]


class Transcript(BaseModel):
    """The conversation of which a copy is wanted."""

    conversation_id: str


async def prepare_incident(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    match = INCIDENT.search(context.said.upper())
    return Ready(arguments={"incident_id": said.words(match.group()) if match else default(None)})


async def execute_incident(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(IncidentQuestion, arguments).incident_id
    incidents = await context.ports.helpdesk.incidents()
    named = [each for each in incidents if each.id == wanted]
    shown = (named or [each for each in incidents if still_open(each)])[:2]
    if not shown:
        return Done(result=Incidents(incident_ids=()), sentences=(say("helpdesk.no_incident"),))
    told: list[Sentence] = []
    for each in shown:
        where = f" in {listed(each.regions)}" if each.regions else ""
        state = "helpdesk.incident_open" if still_open(each) else "helpdesk.incident_over"
        told.append(
            say(state, each.id, incident=each.id, title=each.title, where=where, since=each.started_at, until=each.ended_at or "")
        )
        told.append(
            Sentence(text=each.workaround if each.workaround and still_open(each) else each.update, record_ids=(each.id,))
        )
    return Done(result=Incidents(incident_ids=tuple(each.id for each in shown)), sentences=tuple(told))


async def prepare_code(context: Context, slots: Slots) -> Prepared:
    return Ready(arguments={})


async def execute_code(context: Context, arguments: BaseModel, key: str) -> Done:
    return Done(result=Nothing(), sentences=(say("helpdesk.code_sent"),))


async def prepare_transcript(context: Context, slots: Slots) -> Prepared:
    return Ready(
        arguments={"conversation_id": computed(context.conversation_id, "conversation")},
        title="A copy of this conversation",
        rows=(("To", "the address we have on file"),),
        rule="The copy goes to the address on file and to no other.",
    )


async def execute_transcript(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(Transcript, arguments)
    return Done(result=wanted, sentences=(say("helpdesk.transcript_sent"),), receipt=(("Sent to", "the address on file"),))


INCIDENT_STATUS = Skill(
    id="incident_status",
    version=1,
    title="Service status",
    description="Says whether there is an open incident, and what can be done meanwhile.",
    owner="helpdesk",
    effect=Effect.READ,
    scopes=frozenset({"helpdesk:read"}),
    fields=frozenset[str](),
    arguments=IncidentQuestion,
    result=Incidents,
    prepare=prepare_incident,
    execute=execute_incident,
    needs_account=False,
)

SEND_CODE = Skill(
    id="send_code",
    version=1,
    title="Mail a code",
    description="Mails a code to the address on file, to prove who is asking.",
    owner="helpdesk",
    effect=Effect.MESSAGE,
    scopes=frozenset[str](),
    fields=frozenset[str](),
    arguments=Nothing,
    result=Nothing,
    prepare=prepare_code,
    execute=execute_code,
)

SEND_TRANSCRIPT = Skill(
    id="send_transcript",
    version=1,
    title="Copy of the conversation",
    description="Mails a copy of this conversation to the address on file.",
    owner="helpdesk",
    effect=Effect.MESSAGE,
    scopes=frozenset[str](),
    fields=frozenset[str](),
    arguments=Transcript,
    result=Transcript,
    prepare=prepare_transcript,
    execute=execute_transcript,
)
