"""Requests for policy tests: the allowed request of every skill, and changes to it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import yaml

from core.action import ActionRequest, Argument, Effect, Origin, Provenance
from core.people import Assurance, Principal, PrincipalKind, Tenant
from governance.facts import Facts
from governance.gate import Gate
from governance.policy import FOLDER, LISTED, SCHEMA

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ACCOUNT = "ACC-001"
TENANT = Tenant(id="halcyon", region="EU")
OWNER = {
    "kind": "customer",
    "id": "C-001-1",
    "roles": ["Owner"],
    "account_id": ACCOUNT,
    "assurance": "verified",
    "step_up": False,
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as plain values, easy to change."""

    skill: str
    who: Mapping[str, Any] = field(default_factory=dict[str, Any])
    account: str | None = ACCOUNT
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    raised_by: str = "customer"

    def changed(self, change: Mapping[str, Any]) -> "Asked":
        """The same with what `change` names replaced."""
        return Asked(
            skill=self.skill,
            who={**self.who, **change.get("who", {})},
            account=change.get("account", self.account),
            arguments={**self.arguments, **change.get("arguments", {})},
            facts={**self.facts, **change.get("facts", {})},
            raised_by=change.get("raised_by", self.raised_by),
        )

    @property
    def told(self) -> Facts:
        return Facts(**self.facts)

    @property
    def request(self) -> ActionRequest:
        return ActionRequest(
            id="A-1",
            skill=self.skill,
            effect=effects()[self.skill],
            arguments={name: _argument(value) for name, value in self.arguments.items()},
            principal=principal(**self.who),
            account_id=self.account,
            conversation_id="V-1",
            correlation_id="X-1",
            idempotency_key="K-1",
            requested_at=NOW,
            raised_by=self.raised_by,
        )


def principal(**changes: Any) -> Principal:
    """The Owner of the account, or somebody else."""
    who: dict[str, Any] = {**OWNER, **changes}
    return Principal(
        kind=PrincipalKind(who["kind"]),
        id=who["id"],
        tenant=TENANT,
        roles=frozenset(who["roles"]),
        account_id=who["account_id"],
        contact_id=who["id"],
        assurance=Assurance(who["assurance"]),
        step_up=who["step_up"],
    )


def facts_of(values: Mapping[str, Any]) -> Facts:
    """Facts with whatever values, of whatever type."""
    return Facts(**values)


@functools.cache
def gate() -> Gate:
    """The gate with the policies of the product."""
    return Gate.load()


@functools.cache
def effects() -> dict[str, Effect]:
    """Every skill that the schema lists, with its group."""
    schema = (FOLDER / SCHEMA).read_text(encoding="utf-8")
    return {name.strip(): Effect(group) for names, group in LISTED.findall(schema) for name in names.split(",")}


@functools.cache
def read(name: str) -> dict[str, Any]:
    """One file of cases."""
    return cast(dict[str, Any], yaml.safe_load((FOLDER / "tests" / name).read_text(encoding="utf-8")))


@functools.cache
def allowed() -> dict[str, Asked]:
    """The allowed request of every skill."""
    found = read("allowed.yaml")
    requests: dict[str, Asked] = {}
    for skill, change in found["skills"].items():
        asked = Asked(skill=skill, facts={**found["always"], **found.get(effects()[skill].value, {})})
        requests[skill] = asked.changed(change)
    return requests


def unneeded(skill: str) -> set[str]:
    """The facts of an allowed request that its skill doesn't depend on."""
    return set(read("allowed.yaml")["skills"][skill].get("unneeded", []))


def cases() -> list[dict[str, Any]]:
    """Every case of every file."""
    names = sorted(Path(path).name for path in (FOLDER / "tests").glob("*.yaml"))
    return [case for name in names if name != "allowed.yaml" for case in read(name)["cases"]]


def _argument(value: Any) -> Argument:
    if isinstance(value, dict):
        given = cast(dict[str, Any], value)
        return Argument(
            value=given["value"],
            provenance=Provenance(origin=Origin(given["origin"]), source_id="M-1"),
            content=given.get("content", False),
        )
    return Argument(value=value, provenance=Provenance(origin=Origin.CUSTOMER, source_id="M-1"))
