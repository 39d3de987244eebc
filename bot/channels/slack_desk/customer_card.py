"""A customer all round, for one agent's eyes."""

from collections.abc import Iterator

from bot.channels.slack_desk.parts import Addresses, Block, Message, context, facts, message, section
from bot.channels.slack_desk.text import moment, shown
from handoff.desk.views import CustomerView, PromiseView


def customer_message(customer: CustomerView, addresses: Addresses) -> Message:
    return message(f"{customer.name}: all round", customer_blocks(customer, addresses))


def customer_blocks(customer: CustomerView, addresses: Addresses) -> Iterator[Block]:
    """Who, what they have, what to mind, what is promised, what is remembered, what was said lately."""
    contact = f" · {shown(customer.contact, 300)}" if customer.contact else ""
    yield section(f"*{shown(customer.name, 300)}*{contact}")
    yield from facts([*customer.rows, ("Health", customer.health)] if customer.health else customer.rows)
    if customer.flags:
        yield section("*Mind*\n" + _listed(customer.flags))
    if customer.tickets:
        yield section("*Tickets*\n" + _listed([f"{label}  {value}" for label, value in customer.tickets]))
    if customer.promises:
        yield section("*Promises*\n" + "\n".join(_promise(each) for each in customer.promises[:8]))
    if customer.memories:
        yield section("*Remembered*\n" + _listed(customer.memories))
    if customer.recent:
        yield section("*Lately*\n" + _listed(customer.recent))
    if customer.consent:
        yield context("*Consent*  " + shown("; ".join(f"{label}: {value}" for label, value in customer.consent), 1_500))
    console = addresses.console()
    yield context("Internal · only you see this" + (f" · <{console}|Open the console>" if console else ""))


def _listed(lines: list[str] | tuple[str, ...]) -> str:
    more = [f"… and {len(lines) - 8} more in the console"] if len(lines) > 8 else []
    return "\n".join([*(f"• {shown(line, 300)}" for line in lines[:8]), *more])


def _promise(promise: PromiseView) -> str:
    due = f", by {moment(promise.due_at)}" if promise.due_at else ""
    return f"• {shown(promise.text, 240)} ({shown(promise.made_by, 60)}{due}; {shown(promise.state, 20)})"
