"""The one door: every effect, and every read of customer data, is decided here first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from core.action import ActionRequest, Allow, Decision, Deny, Effect, NeedsApproval, Reason
from governance.facts import Facts
from governance.policy import FOLDER, Answer, PolicyError, PolicySet, Rule
from governance.roles import highest
from governance.together import Judged, Together, in_view, strictest

FAILED = "I can't do this right now. A colleague can help you with it."


class Gate:
    """Decides on requests. Make one with `Gate.load` and share it: it keeps nothing between decisions."""

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies

    @classmethod
    def load(cls, *, skills: Mapping[str, Effect] | None = None, folder: Path = FOLDER) -> Self:
        """Reads policies and schema once. `skills` gives skills and their effects; those that the schema doesn't list join their
        effect's group, at its strictest. Raises `BadInput` naming what doesn't fit.
        """
        return cls(PolicySet.read(folder, skills or {}))

    @property
    def version(self) -> str:
        """SHA-256 over all that decides."""
        return self._policies.version

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, for pages and tests that list them."""
        return self._policies.rules

    def decide(self, request: ActionRequest, facts: Facts) -> Decision:
        """Says whether it may happen. Never raises: whatever goes wrong is a denial with the code `policy_error`."""
        try:
            answer = self._policies.ask(request, facts)
        except PolicyError as error:
            return self._failed(str(error))
        if answer.allowed:
            return Allow(policies=_ids(answer.rules), version=self.version)
        return self._refused(answer, facts)

    def decide_together(self, steps: Sequence[Judged]) -> Together:
        """Says it of steps that are asked for at once, in order, each with what the others change and give; and of the whole.

        A step that is denied changes nothing for those after it, but what it asks for counts among the money.
        """
        decisions: list[Decision] = []
        for place, step in enumerate(steps):
            earlier = [each for each, said in zip(steps, decisions, strict=False) if not isinstance(said, Deny)]
            others = [*steps[:place], *steps[place + 1 :]]
            decisions.append(self.decide(step.request, in_view(step, earlier, others)))
        whole = strictest(decisions) if decisions else self._failed("there is nothing to decide on")
        return Together(steps=tuple(decisions), whole=whole)

    def _refused(self, answer: Answer, facts: Facts) -> Decision:
        if not answer.rules:
            return self._failed("no policy permits it")
        final = tuple(rule for rule in answer.rules if rule.approval is None)
        if final:
            return Deny(policies=_ids(final), version=self.version, reasons=_reasons(final, facts))
        approver = highest([rule.approval for rule in answer.rules if rule.approval])
        if approver is None:
            return self._failed("an approval names no role")
        reasons = _reasons(answer.rules, facts)
        return NeedsApproval(approver=approver, policies=_ids(answer.rules), version=self.version, reasons=reasons)

    def _failed(self, why: str) -> Deny:
        reason = Reason(code="policy_error", customer=FAILED, agent=f"The policies gave no answer, so it is denied: {why}.")
        return Deny(policies=(), version=self.version, reasons=(reason,))


def _ids(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)


def _reasons(rules: tuple[Rule, ...], facts: Facts) -> tuple[Reason, ...]:
    return tuple(rule.reason(facts) for rule in rules)
