"""Tickets: opening one, and how those there are stand."""

import re
from dataclasses import replace

from pydantic import BaseModel

from core.action import Effect
from core.conversation import Sentence
from core.language import SlotSpec
from skills.arguments import Said, account_of, computed, default, typed
from skills.contract import Ask, Context, Done, Prepared, Ready, Skill, Slots
from skills.helpdesk.port import Incident, NewTicket, Ticket
from skills.wording import say

LONG_ENOUGH = 4
LONGEST_SUBJECT = 120
NUMBER = re.compile(r"\bT?-?(\d{4,6})\b", re.IGNORECASE)
REPORT = re.compile(
    r"^\W*(?:hi|hello|please|can you|could you|i(?:'d| would) like to|i want to)?\W*"
    r"(?:open|raise|create|log|file|report|register|submit|make|put in)\b[^:,.]{0,30}?"
    r"(?:ticket|case|problem|issue|bug|fault|request|complaint)\W*",
    re.IGNORECASE,
)
AREAS = {
    "clock_in": r"clock|kiosk|punch|stempel\w*|pin\b|geofenc\w*",
    "scheduling": r"schedul\w*|rota|shift|roster|publish",
    "leave": r"leave|holiday|vacation|absence|urlaub",
    "payroll": r"payroll|xero|quickbooks|timesheet|export|gusto|adp",
    "sign_in": r"log ?in|sign ?in|password|sso|okta|locked out|einlog\w*",
    "integrations": r"integration|google calendar|slack|teams|bamboohr|webhook|api",
    "mobile": r"app\b|iphone|android|ipad|samsung",
    "billing": r"bill|invoice|charge|payment",
}
CANNOT = r"(?:nobody|no one|none of|everybody|everyone|all (?:our )?\w+).{0,40}|(?:cannot|can'?t|unable to|niemand).{0,25}"
URGENT = re.compile(
    rf"(?:{CANNOT})(?:clock|stempel|see (?:the |their |our )?(?:schedule|shift|rota))|schedules? (?:is|are) gone", re.IGNORECASE
)
FAULT = re.compile(
    r"broken|crash|error|fail|wrong|bug|not work|doesn'?t|won'?t|can'?t|cannot|missing|slow|stuck|kaputt|plante", re.IGNORECASE
)
STATES = {"open": "is open", "pending": "is waiting for an answer", "solved": "is solved"}
TEXT_SHOWN = 160


class TicketText(BaseModel):
    """A ticket to open, in the customer's words."""

    subject: str
    area: str
    priority: str
    text: str
    incident: str | None = None


class TicketChoice(BaseModel):
    """A ticket by its id; none for those that are open."""

    ticket_id: str | None = None


class Tickets(BaseModel):
    """The tickets in question."""

    ticket_ids: tuple[str, ...]


async def prepare_open(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    told = said.text("problem")
    text = told or REPORT.sub("", context.said).strip(" :,.-")
    if len(text.split()) < LONG_ENOUGH:
        return Ask(slot="problem", question="What is the problem? Please say what happens, where and since when.")
    area = next((name for name, words in AREAS.items() if re.search(rf"\b(?:{words})", text, re.IGNORECASE)), "other")
    priority = "P1" if URGENT.search(text) else "P3" if FAULT.search(text) else "P4"
    incident = next(
        (each for each in await context.ports.helpdesk.incidents() if still_open(each) and each.id in text.upper()), None
    )
    source = said.argument("problem", text) if told else said.words(text)
    subject = text.split("\n")[0][:LONGEST_SUBJECT]
    return Ready(
        arguments={
            "subject": replace(source, value=subject, content=True),
            "text": replace(source, content=True),
            "area": computed(area, "problem"),
            "priority": computed(priority, "problem"),
            "incident": computed(incident.id, "problem") if incident else default(None),
        },
        title="Open a ticket",
        rows=(("Problem", subject), ("Area", area.replace("_", " ")), ("Priority", priority)),
        rule="The team answers by e-mail within the reply time of your plan.",
        facts={"permitted": True},
    )


async def execute_open(context: Context, arguments: BaseModel, key: str) -> Done:
    wanted = typed(TicketText, arguments)
    new = NewTicket(
        subject=wanted.subject,
        area=wanted.area,
        priority=wanted.priority,
        text=wanted.text,
        contact_id=context.principal.contact_id,
        incident=wanted.incident,
    )
    ticket = await context.ports.helpdesk.open_ticket(account_of(context), new, key=key)
    told = say("helpdesk.ticket_opened", ticket.id, ticket=ticket.id, priority=ticket.priority)
    return Done(
        result=Tickets(ticket_ids=(ticket.id,)),
        sentences=(told, say("helpdesk.ticket_mail", ticket.id)),
        receipt=(("Ticket", ticket.id), ("Priority", ticket.priority)),
    )


async def prepare_status(context: Context, slots: Slots) -> Prepared:
    said = Said(context, slots)
    match = NUMBER.search(said.text("ticket") or context.said)
    return Ready(arguments={"ticket_id": said.words(f"T-{match.group(1)}") if match else default(None)})


async def execute_status(context: Context, arguments: BaseModel, key: str) -> Done:
    account_id = account_of(context)
    wanted = typed(TicketChoice, arguments).ticket_id
    tickets = await context.ports.helpdesk.tickets(account_id)
    if wanted and not any(each.id == wanted for each in tickets):
        return Done(result=Tickets(ticket_ids=()), sentences=(say("helpdesk.no_such_ticket", account_id, ticket=wanted),))
    chosen = [each for each in tickets if each.id == wanted] if wanted else [each for each in tickets if each.open]
    if not chosen and not tickets:
        return Done(result=Tickets(ticket_ids=()), sentences=(say("helpdesk.no_tickets", account_id),))
    told: list[Sentence] = [] if chosen else [say("helpdesk.none_open", account_id)]
    shown = chosen[:3] or list(tickets[:1])
    told.extend(_ticket(each) for each in shown)
    answer = next((each.text for each in reversed(shown[0].comments) if each.public and each.author != "customer"), None)
    if answer and len(shown) == 1:
        short = answer if len(answer) <= TEXT_SHOWN else answer[:TEXT_SHOWN].rsplit(" ", 1)[0] + " …"
        told.append(say("helpdesk.last_answer", shown[0].id, answer=short))
    return Done(result=Tickets(ticket_ids=tuple(each.id for each in shown)), sentences=tuple(told))


def still_open(incident: Incident) -> bool:
    """Whether an incident goes on."""
    return incident.ended_at is None and incident.status != "resolved"


def _ticket(ticket: Ticket) -> Sentence:
    state = STATES.get(ticket.status, ticket.status)
    return say(
        "helpdesk.ticket_state",
        ticket.id,
        ticket=ticket.id,
        subject=ticket.subject,
        priority=ticket.priority,
        state=state,
        day=ticket.updated_at.date(),
    )


OPEN_TICKET = Skill(
    id="open_ticket",
    version=1,
    title="Open a ticket",
    description="Reports a problem to the support team.",
    owner="helpdesk",
    effect=Effect.WRITE,
    scopes=frozenset({"helpdesk:read", "helpdesk:write"}),
    fields=frozenset({"tickets"}),
    arguments=TicketText,
    result=Tickets,
    prepare=prepare_open,
    execute=execute_open,
    slots=(SlotSpec(name="problem", kind="text", ask="What is the problem?"),),
)

TICKET_STATUS = Skill(
    id="ticket_status",
    version=1,
    title="Ticket status",
    description="Says how the account's tickets stand.",
    owner="helpdesk",
    effect=Effect.READ,
    scopes=frozenset({"helpdesk:read"}),
    fields=frozenset({"tickets"}),
    arguments=TicketChoice,
    result=Tickets,
    prepare=prepare_status,
    execute=execute_status,
)
