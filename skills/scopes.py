"""Ports that let through only what a skill's scopes name."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.errors import NotAllowed
from skills.contract import Ports

RIGHTS: Mapping[str, Mapping[str, str]] = {
    "billing": {
        "subscription": "read",
        "invoices": "read",
        "preview": "read",
        "apply": "write",
        "refund": "write",
        "credit": "write",
    },
    "crm": {
        "account": "read",
        "contacts": "read",
        "contact_by_email": "read",
        "update_contact": "write",
        "save_quote": "write",
        "log_activity": "write",
    },
    "helpdesk": {
        "tickets": "read",
        "ticket": "read",
        "incidents": "read",
        "open_ticket": "write",
        "update": "write",
        "book_callback": "write",
    },
}


class Scoped:
    """A port through which only the operations with a granted right can be called; the others raise `NotAllowed`."""

    def __init__(self, port: object, name: str, granted: frozenset[str]) -> None:
        self._port = port
        self._name = name
        self._granted = granted

    def __getattr__(self, operation: str) -> Callable[..., Awaitable[Any]]:
        right = RIGHTS[self._name].get(operation)
        if right is None or f"{self._name}:{right}" not in self._granted:
            raise NotAllowed(
                f"This skill may not call {self._name}.{operation}: add the scope to the skill if it needs it.",
                port=self._name,
                operation=operation,
            )
        return getattr(self._port, operation)


class NoTerms:
    """Internal terms for a skill that has no business with them."""

    def __getattr__(self, name: str) -> Any:
        raise NotAllowed("This skill may not see internal terms: add the scope terms:read if it needs them.", operation=name)


def scoped(ports: Ports, scopes: frozenset[str]) -> Ports:
    """The ports as a skill with these scopes sees them. The price list is public."""
    billing: Any = Scoped(ports.billing, "billing", scopes)
    crm: Any = Scoped(ports.crm, "crm", scopes)
    helpdesk: Any = Scoped(ports.helpdesk, "helpdesk", scopes)
    terms: Any = ports.terms if "terms:read" in scopes else NoTerms()
    return Ports(billing=billing, crm=crm, helpdesk=helpdesk, prices=ports.prices, terms=terms)
