"""A customer all round, for one agent's eyes."""

from collections.abc import Iterator, Sequence

from bot.channels.slack_desk.parts import Addresses, Block, Message, context, facts, marked_facts, message, section
from bot.channels.slack_desk.text import moment, shown
from handoff.desk.views import CustomerView, PromiseView

MOST_LINES, LINE = 6, 280


def customer_message(customer: CustomerView, addresses: Addresses) -> Message:
    return message(f"Customer 360: {customer.name}", customer_blocks(customer, addresses))


def customer_blocks(customer: CustomerView, addresses: Addresses) -> Iterator[Block]:
    """Who, what they have, what to mind, what is promised, what is remembered, what was said lately."""
    contact = f" · {shown(customer.contact, 300)}" if customer.contact else ""
    yield section(f"*{shown(customer.name, 300)}*{contact}")
    yield from facts([*customer.rows, ("Health", customer.health)] if customer.health else customer.rows)
    if customer.flags:
        yield section("*Keep in mind*\n" + _listed(customer.flags))
    known = list(_known(customer))
    if known:
        yield from marked_facts(known)
    if customer.consent:
        yield context("*Consent*  " + shown("; ".join(f"{label}: {value}" for label, value in customer.consent), 1_500))
    console = addresses.console()
    yield context(":lock: *Internal* · only you see this" + (f" · <{console}|Open the console>" if console else ""))


def _known(customer: CustomerView) -> Iterator[tuple[str, str]]:
    """Lists side by side; an empty one takes no room."""
    if customer.tickets:
        yield "Tickets", _listed([f"{label}  {value}" for label, value in customer.tickets])
    if customer.promises:
        yield "Promises", "\n".join(_promise(each) for each in customer.promises[:MOST_LINES])
    if customer.memories:
        yield "Remembered", _listed(customer.memories)
    if customer.recent:
        yield "Lately", _listed(customer.recent)


def _listed(lines: Sequence[str]) -> str:
    more = [f"… and {len(lines) - MOST_LINES} more in the console"] if len(lines) > MOST_LINES else []
    return "\n".join([*(f"• {shown(line, LINE)}" for line in lines[:MOST_LINES]), *more])


def _promise(promise: PromiseView) -> str:
    due = f" by {moment(promise.due_at)}" if promise.due_at else ""
    return f"• {shown(promise.text, LINE - 120)}{due} ({shown(promise.made_by, 40)}, {shown(promise.state, 20)})"
