"""The policies as data: reads the Cedar files, puts one request to them, says which rules fired. The only user of Cedar."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from core.action import ActionRequest, Effect, Origin, Reason
from core.errors import BadInput
from core.people import PrincipalKind
from governance.content import told_by
from governance.facts import KINDS, Facts

OWN_WORDS = frozenset({Origin.CUSTOMER, Origin.VERIFIED_CUSTOMER, Origin.AGENT})
FOLDER = Path(__file__).parent / "policies"
SCHEMA = "rapport.cedarschema"
FIRST = "identity.cedar"
TOLD = 300
SKILL_ID = re.compile(r"[a-z][a-z0-9_]*")
LISTED = re.compile(r"^action\s+([a-z0-9_,\s]+?)\s+in\s+\[\s*(read|write|money|message)\b", re.MULTILINE)
NAMED = re.compile(r"^action\s+([a-z0-9_,\s]+?)\s*(?:in\b|;)", re.MULTILINE)

COMMON = ("kill_switch", "skill_frozen", "own_account")
APPROVER = ("approver_role", "approver_is_requester")
FIELDS: Mapping[Effect, tuple[str, ...]] = {
    Effect.READ: COMMON,
    Effect.WRITE: (
        *COMMON,
        *APPROVER,
        "account_status",
        "plan",
        "billing",
        "open_p1",
        "dispute",
        "dunning_day",
        "overdue",
        "permitted",
        "seats_after",
        "seats_used",
        "days_to_renewal",
        "notice_passed",
        "pauses_12m",
        "trial_extensions",
        "extension_days",
        "payment_extensions_12m",
        "referral_paid_months",
    ),
    Effect.MONEY: (
        *COMMON,
        *APPROVER,
        "account_status",
        "plan",
        "billing",
        "term_months",
        "open_p1",
        "open_p2",
        "dispute",
        "business_closing",
        "permitted",
        "existing_discount",
        "save_offers_12m",
        "save_offers_in_conversation",
        "discount_percent",
        "offer_percent",
        "amount_usd_minor",
        "granted_usd_minor_90d",
        "credits_usd_minor_90d",
        "form",
        "basis",
    ),
    Effect.MESSAGE: (
        *COMMON,
        "account_status",
        "region",
        "business_closing",
        "open_p1",
        "open_p2",
        "days_since_p1_closed",
        "dispute",
        "payment_failed",
        "overdue",
        "channel",
        "consent",
        "live",
        "local_hour",
        "weekday",
        "contacts_in_window",
        "offers_in_conversation",
        "nps",
        "nps_age_days",
        "referral_paid_months",
    ),
}
ARGUMENTS: Mapping[Effect, Mapping[str, type[str] | type[int]]] = {
    Effect.READ: {},
    Effect.WRITE: {"plan": str, "months": int},
    Effect.MONEY: {"months": int},
    Effect.MESSAGE: {"kind": str},
}
CONTEXTS = {Effect.READ: "ReadFacts", Effect.WRITE: "WriteFacts", Effect.MONEY: "MoneyFacts", Effect.MESSAGE: "MessageFacts"}
STRICTEST = {
    Effect.READ: "by_billing_readers",
    Effect.WRITE: "by_owner",
    Effect.MONEY: "by_owner, cash",
    Effect.MESSAGE: "by_anyone",
}
PRINCIPALS = {
    PrincipalKind.CUSTOMER: "Customer",
    PrincipalKind.AGENT: "Agent",
    PrincipalKind.ASSISTANT: "Program",
    PrincipalKind.SYSTEM: "Program",
}


class PolicyError(Exception):
    """The policies couldn't answer; the caller denies."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One policy as written: its place, its words, the role whose approval satisfies it, the fact that replaces its code."""

    place: int
    id: str
    customer: str
    agent: str
    approval: str | None
    code_from: str | None

    def reason(self, facts: Facts) -> Reason:
        """The reason as shown; its code is the rule's id unless the system of record gave one."""
        given = getattr(facts, self.code_from) if self.code_from else None
        return Reason(code=given or self.id, customer=self.customer, agent=self.agent)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the policies say: whether it is allowed, and the rules that decided it, in the order of the files."""

    allowed: bool
    rules: tuple[Rule, ...]


class PolicySet:
    """The parsed policies and schema, and their version: SHA-256 over the files and the skills added to them."""

    def __init__(self, policies: str, schema: str, version: str) -> None:
        import cedarpy

        engine: Any = cedarpy
        try:
            self._policies = engine.PolicySet.from_str(policies)
            self._schema = engine.Schema.from_str(schema)
            checked = engine.validate_policies(policies, schema)
        except ValueError as error:
            raise BadInput(f"The policies can't be read: {error}. Mend the file that it names.") from error
        if not checked.validation_passed:
            listed = "; ".join(str(problem) for problem in checked.errors)
            raise BadInput(f"The policies don't fit their schema: {listed}. Mend them before starting.")
        self._rules = _rules(json.loads(engine.policies_to_json_str(policies)))
        self._ask = engine.is_authorized
        self.version = version

    @classmethod
    def read(cls, folder: Path, skills: Mapping[str, Effect]) -> Self:
        """Reads a folder of .cedar files with its schema. Skills not listed there join their effect's group, at its strictest."""
        files = sorted(folder.glob("*.cedar"), key=lambda path: (path.name != FIRST, path.name))
        if not files:
            raise BadInput(f"There are no policies in {folder}: give the folder that holds the .cedar files.")
        policies = "\n".join(path.read_text(encoding="utf-8") for path in files)
        schema = _extended((folder / SCHEMA).read_text(encoding="utf-8"), skills)
        return cls(policies, schema, hashlib.sha256(f"{policies}\x00{schema}".encode()).hexdigest())

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in the order of the files."""
        return tuple(self._rules.values())

    def ask(self, request: ActionRequest, facts: Facts) -> Answer:
        """Puts a request to the policies. Raises `PolicyError` when anything about it is missing, ill-typed or unknown."""
        try:
            answer = self._ask(_question(request, facts), self._policies, _entities(request), self._schema)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise PolicyError(f"{type(error).__name__}: {error}") from error
        if answer.diagnostics.errors or answer.decision.value not in {"Allow", "Deny"}:
            raise PolicyError("; ".join(answer.diagnostics.errors)[:TOLD] or "no decision")
        fired = sorted((self._rules[name] for name in answer.diagnostics.reasons), key=lambda rule: rule.place)
        return Answer(allowed=answer.decision.value == "Allow", rules=tuple(fired))


def _rules(parsed: dict[str, Any]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for name, policy in parsed["staticPolicies"].items():
        words = policy.get("annotations", {})
        if "id" not in words or (policy["effect"] == "forbid" and not (words.get("customer") and words.get("agent"))):
            raise BadInput(f"The policy {words.get('id', name)} lacks @id, @customer or @agent: a refusal must say why.")
        rules[name] = Rule(
            place=int(name.removeprefix("policy")),
            id=words["id"],
            customer=words.get("customer", ""),
            agent=words.get("agent", ""),
            approval=words.get("approval"),
            code_from=words.get("code"),
        )
    if len({rule.id for rule in rules.values()}) != len(rules):
        raise BadInput("Two policies share an @id: give each its own.")
    return dict(sorted(rules.items(), key=lambda item: item[1].place))


def _extended(schema: str, skills: Mapping[str, Effect]) -> str:
    listed = {name.strip(): Effect(group) for names, group in LISTED.findall(schema) for name in names.split(",")}
    taken = {name.strip() for names in NAMED.findall(schema) for name in names.split(",")}
    added: list[str] = []
    for skill, effect in sorted(skills.items()):
        if listed.get(skill, effect) != effect:
            raise BadInput(f"The schema lists {skill} under {listed[skill]}, the skill declares {effect}: make them agree.")
        if skill in listed:
            continue
        if skill in taken or not SKILL_ID.fullmatch(skill):
            raise BadInput(f"{skill!r} can't be a skill's id for the policies: choose another, in small letters.")
        added.append(
            f"action {skill} in [{effect}, {STRICTEST[effect]}] appliesTo "
            f"{{ principal: [Customer, Agent, Program], resource: Account, context: {CONTEXTS[effect]} }};"
        )
    return "\n".join([schema, *added])


def _question(request: ActionRequest, facts: Facts) -> dict[str, Any]:
    return {
        "principal": {"type": PRINCIPALS[request.principal.kind], "id": request.principal.id},
        "action": {"type": "Action", "id": request.skill},
        "resource": {"type": "Account", "id": request.account_id or ""},
        "context": _context(request, facts),
    }


def _entities(request: ActionRequest) -> list[dict[str, Any]]:
    principal = request.principal
    who = {
        "account": principal.account_id or "",
        "assurance": principal.assurance.value,
        "roles": sorted(principal.roles),
        "step_up": principal.step_up,
    }
    account = request.account_id or ""
    return [
        {"uid": {"type": PRINCIPALS[principal.kind], "id": principal.id}, "attrs": who, "parents": []},
        {"uid": {"type": "Account", "id": account}, "attrs": {"id": account}, "parents": []},
    ]


def _context(request: ActionRequest, facts: Facts) -> dict[str, Any]:
    spelled = {name: _spelled(name, value, KINDS[name]) for name, value in vars(facts).items()}
    context: dict[str, Any] = {name: spelled[name] for name in FIELDS[request.effect]}
    values = request.values()
    for name, kind in ARGUMENTS[request.effect].items():
        value = values.get(name)
        context[f"argument_{name}"] = _spelled(name, value if type(value) is kind else None, kind)
    context["raised_by"] = request.raised_by
    given = request.arguments.values()
    context["origins"] = sorted({Origin(each.provenance.origin).value for each in given if not each.content})
    context["content_origins"] = sorted({Origin(each.provenance.origin).value for each in given if each.content})
    context["content_tells"] = sorted(told_by(each for each in given if each.content and each.provenance.origin not in OWN_WORDS))
    return context


def _spelled(name: str, value: object, kind: type) -> object:
    """A fact as the schema wants it: text, a number that says whether it is known, or yes, no and unknown."""
    if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise PolicyError(f"the fact {name} is not of type {kind.__name__}")
    if kind is int:
        return {"known": value is not None, "value": 0 if value is None else value}
    if value is None:
        return "unknown"
    return value if kind is str else ("yes" if value else "no")
