"""What the doctor found: a list of checks, each fine, doubtful or wrong, and what mends it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

SHORTEST_SECRET = 6
HIDDEN = "(hidden)"


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at. `found` says what is so, `mend` what to do about it."""

    area: str
    name: str
    verdict: Verdict
    found: str
    mend: str = ""


def ok(area: str, name: str, found: str) -> Check:
    return Check(area=area, name=name, verdict=Verdict.OK, found=found)


def warn(area: str, name: str, found: str, mend: str) -> Check:
    return Check(area=area, name=name, verdict=Verdict.WARN, found=found, mend=mend)


def fail(area: str, name: str, found: str, mend: str) -> Check:
    return Check(area=area, name=name, verdict=Verdict.FAIL, found=found, mend=mend)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All checks, in order."""

    checks: tuple[Check, ...]

    @property
    def well(self) -> bool:
        return all(each.verdict is not Verdict.FAIL for each in self.checks)

    @property
    def exit_code(self) -> int:
        """0 when nothing fails, else 1."""
        return 0 if self.well else 1

    def text(self) -> str:
        """For people: a line for each check, and under it what to do."""
        lines: list[str] = []
        for each in self.checks:
            lines.append(f"{each.verdict:<5}{each.area:<8} {each.name}: {each.found}")
            if each.mend:
                lines.append(f"     {'':<8} -> {each.mend}")
        counted = {verdict: sum(each.verdict is verdict for each in self.checks) for verdict in Verdict}
        lines.append(f"{counted[Verdict.OK]} fine, {counted[Verdict.WARN]} to look at, {counted[Verdict.FAIL]} to mend.")
        return "\n".join(lines)

    def json(self) -> str:
        """For programs."""
        body = {"well": self.well, "checks": [asdict(each) for each in self.checks]}
        return json.dumps(body, indent=2, ensure_ascii=False)


def without_secrets(checks: Iterable[Check], secrets: Iterable[str]) -> tuple[Check, ...]:
    """The checks with every secret taken out, whoever repeated it."""
    known = sorted((each for each in secrets if len(each) >= SHORTEST_SECRET), key=len, reverse=True)

    def hidden(text: str) -> str:
        for secret in known:
            text = text.replace(secret, HIDDEN)
        return text

    return tuple(replace(each, found=hidden(each.found), mend=hidden(each.mend)) for each in checks)


def secrets_in(environ: Mapping[str, str], variables: Iterable[str]) -> frozenset[str]:
    """The values of variables that hold secrets."""
    return frozenset(value for name in variables if (value := environ.get(name, "").strip()))
