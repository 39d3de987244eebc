"""The figures of the suite: pass^1 and pass^k by pattern and model, and what failed, with its transcript."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import comb

from tests.benchmarks.report import machine, table, write
from tests.conformance.dialogue import PATTERNS
from tests.conformance.playing import Played

ABOUT = """# Conversation repair: the conformance suite

Command: `{command}`. {dialogues} dialogues ({written} hand-written over plain skills and procedures, {made} made from the
{procedures} shipped procedures), each played {runs} times with every model; in each run a seed ({seed}) chooses among several
wordings of every line.

A dialogue passes when every step comes out as it has to in structure: what is asked for, which card with which arguments, where
what is said comes from, which effects reach the company's books (compared after each step and in the end), for which reason a
person takes over and what they are told, and that nothing stays open. Words are never compared. pass^k is the likelihood that all
of k runs pass.

The scripted models answer through the fluent model over each provider's wire, from the meaning that a dialogue gives for its
lines, and sloppily in {sloppy}: a fence around JSON, values that nobody gave, invented prices and promises, the same call twice,
tools that don't exist. They show that the machine around a model holds, not how well a real model understands: name one with
`--model`. The openings of the made dialogues are the procedures' own examples, which the embedded model has learned from."""


def pass_at(results: Sequence[bool], k: int) -> float:
    """The likelihood that k runs out of these all pass."""
    return comb(sum(results), k) / comb(len(results), k)


def figures(found: Sequence[Played], *, runs: int) -> str:
    """The table: a row a pattern, two columns a model."""
    models = list(dict.fromkeys(each.model for each in found))
    heads = ["pattern", "dialogues"]
    for model in models:
        heads += [f"{model}, pass^1", f"pass^{runs}"] if runs > 1 else [f"{model}, pass^1"]
    rows = [_row(pattern, [each for each in found if each.dialogue.pattern == pattern], models, runs) for pattern in PATTERNS]
    return table(heads, [row for row in [*rows, _row("all", found, models, runs)] if row[1] != "0"])


def failures(found: Sequence[Played], *, show: bool) -> str:
    """What failed, each dialogue and model once, with the transcript of its first failure when wished."""
    lines: list[str] = []
    for each in _first_failures(found):
        lines.append(f"FAILED {each.model}, run {each.run + 1}: [{each.dialogue.pattern}] {each.dialogue.name}")
        lines += [f"    {problem}" for problem in each.problems]
        lines += [f"      | {line}" for line in each.transcript] if show else []
    return "\n".join(lines)


def report(found: Sequence[Played], *, runs: int, seed: int, skipped: Sequence[str]) -> None:
    """Writes docs/benchmarks/conformance.md."""
    dialogues = {each.dialogue.name: each.dialogue for each in found}
    made = [each for each in dialogues.values() if each.over]
    about = ABOUT.format(
        command=f"python -m tests.conformance {' '.join(sys.argv[1:])}".strip(),
        dialogues=len(dialogues),
        written=len(dialogues) - len(made),
        made=len(made),
        procedures=len({each.over for each in made}),
        runs=runs,
        seed=seed,
        sloppy="one answer in five",
    )
    failed = [f"- {each.model}: {each.dialogue.name} ({each.problems[0]})" for each in _first_failures(found)]
    parts = [about, figures(found, runs=runs), *([" ".join(skipped)] if skipped else [])]
    parts += [_by_procedure(found, runs)]
    parts += ["What failed in at least one run:\n\n" + "\n".join(failed)] if failed else ["Nothing failed."]
    facts = machine(("anthropic", "openai", "onnxruntime", "scikit-learn"))
    parts.append(table(("of the machine", ""), list(facts.items())))
    write("conformance", "\n\n".join(parts))


def _by_procedure(found: Sequence[Played], runs: int) -> str:
    """The made ones by procedure: every pattern works in each."""
    models = list(dict.fromkeys(each.model for each in found))
    over = sorted({each.dialogue.over for each in found if each.dialogue.over})
    rows = [
        _row(name, [each for each in found if each.dialogue.over == name], models, runs)[: 2 + 2 * len(models)] for name in over
    ]
    heads = ["procedure", "dialogues"]
    for model in models:
        heads += [f"{model}, pass^1", f"pass^{runs}"] if runs > 1 else [f"{model}, pass^1"]
    return table(heads, rows)


def _row(name: str, found: Sequence[Played], models: Sequence[str], runs: int) -> list[str]:
    cells = [name, str(len({each.dialogue.name for each in found}))]
    for model in models:
        by_dialogue: dict[str, list[bool]] = defaultdict(list)
        for each in found:
            if each.model == model:
                by_dialogue[each.dialogue.name].append(each.passed)
        for k in dict.fromkeys((1, runs)):
            cells.append(_share([pass_at(results, k) for results in by_dialogue.values()]))
    return cells


def _share(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3f}" if values else "—"


def _first_failures(found: Iterable[Played]) -> list[Played]:
    first: dict[tuple[str, str], Played] = {}
    for each in found:
        if not each.passed:
            first.setdefault((each.model, each.dialogue.name), each)
    return list(first.values())
