"""The demo company's files, read once: accounts, price list, incidents. Shared by every sandbox made of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from core.errors import BadInput
from core.money import Money
from skills.billing.pricebook import Catalogue, InternalTerms
from skills.billing.prices import PriceList
from skills.helpdesk.port import Incident
from skills.sandbox.docs import AccountDoc

INCIDENTS = TypeAdapter(tuple[Incident, ...])


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The company's own rules: the price list with closed plans, and the internal terms."""

    prices: PriceList
    internal: InternalTerms

    @property
    def catalogue(self) -> Catalogue:
        return self.prices.catalogue

    def number(self, *path: str) -> int:
        return self.catalogue.number(*path)

    def days(self, *path: str) -> timedelta:
        """A number of the rules as days."""
        return timedelta(days=self.number(*path))

    def usd_minor(self, money: Money) -> int:
        """What an amount counts for in US cents."""
        return money.times(Decimal(self.internal.usd_rate(money.currency))).minor


@dataclass(frozen=True, kw_only=True)
class CompanyData:
    """The company as the files state it. Nobody changes these documents: a sandbox keeps its changes in its store."""

    terms: Terms
    accounts: Mapping[str, AccountDoc]
    account_of_contact: Mapping[str, str]
    account_of_ticket: Mapping[str, str]
    incidents: tuple[Incident, ...]

    @classmethod
    def load(cls, folder: Path) -> "CompanyData":
        """Reads accounts.json, catalogue.json and incidents.json from `folder`."""
        book = _read(folder / "catalogue.json")
        catalogue = Catalogue.of(book).with_closed(book)
        terms = Terms(prices=PriceList.of(catalogue), internal=InternalTerms.of(book))
        rows = _read(folder / "accounts.json").get("accounts")
        accounts = TypeAdapter(list[AccountDoc]).validate_python(rows)
        return cls(
            terms=terms,
            accounts={doc.id: doc for doc in accounts},
            account_of_contact={contact.id: doc.id for doc in accounts for contact in doc.contacts},
            account_of_ticket={ticket.id: doc.id for doc in accounts for ticket in doc.tickets},
            incidents=INCIDENTS.validate_python(_read(folder / "incidents.json").get("incidents")),
        )


def _read(path: Path) -> dict[str, JsonValue]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"The demo company's {path.name} can't be read: restore it from the release.") from error
