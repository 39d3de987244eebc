"""How good the heads are: leave-one-out on their own examples, and on labelled files that they were never fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.models.embedded import signals, training
from bot.models.embedded.intents import OUT_OF_SCOPE, QUESTION, IntentExamples, IntentHeads, fit_both, trust_of
from bot.models.embedded.kernel import Fitted, fit
from bot.models.embedded.training import Labelled
from bot.models.embedded.views import Viewer
from core.language import IntentSpec

Texts = Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Named figures of one head on one set of examples."""

    head: str
    examples: str
    values: Mapping[str, float]

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value:.3f}" for name, value in self.values.items())
        return f"{self.head:8} {self.examples:14} {told}"


def evaluate_heads(
    folder: Path | None, viewer: Viewer, questions: Texts = (), intents: Sequence[IntentSpec] = ()
) -> list[Figures]:
    """Leave-one-out figures for every head, and those on `revenue_intents_dev.jsonl` and `triage_dev.jsonl` in `folder`.

    Fits everything anew, which takes a minute or so.
    """
    found = [*_revenue(folder, viewer), *_triage(folder, viewer, questions), *_acts(viewer)]
    return [*found, *_intents(viewer, questions, intents)] if intents else found


def macro_f1(truth: Texts, said: Texts) -> float:
    """The mean of the F1 of every label that occurs."""
    labels = sorted({*truth, *said})
    return float(np.mean([_f1([each == label for each in truth], [each == label for each in said]) for label in labels]))


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """The expected calibration error: how far confidence and success lie apart, over ten bins of confidence."""
    sure, hits = np.array(confidence), np.array(right, dtype=float)
    places = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(float((sure - hits)[places == place].sum())) for place in range(bins)]
    return sum(gaps) / max(len(sure), 1)


def _revenue(folder: Path | None, viewer: Viewer) -> list[Figures]:
    rows = training.revenue()
    extra = signals.plain_talk()
    fitted = fit(signals.plain_samples([*rows, *extra], viewer), [row.label for row in (*rows, *extra)], signals.REVENUE)
    found = [_labels("revenue", "leave-one-out", rows, fitted.head.labels, fitted.left_out_probabilities[: len(rows)])]
    if folder is not None:
        unseen = training.revenue(folder / "revenue_intents_dev.jsonl")
        table = fitted.head.probabilities(signals.plain_samples(unseen, viewer))
        found.append(_labels("revenue", "unseen", unseen, fitted.head.labels, table))
    return found


def _triage(folder: Path | None, viewer: Viewer, questions: Texts) -> list[Figures]:
    rows = training.triage()
    extra = signals.calm(questions, training.revenue())
    samples = signals.conversation_samples([*rows, *extra], viewer)
    fitted = fit(samples, [row.label for row in (*rows, *extra)], signals.TRIAGE)
    found = [_needed("leave-one-out", rows, fitted, fitted.left_out_probabilities[: len(rows)])]
    if folder is not None:
        unseen = training.triage(folder / "triage_dev.jsonl")
        found.append(_needed("unseen", unseen, fitted, fitted.head.probabilities(signals.conversation_samples(unseen, viewer))))
    return found


def _acts(viewer: Viewer) -> list[Figures]:
    rows = training.acts()
    fitted = fit(signals.plain_samples(rows, viewer), [row.label for row in rows], signals.ACTS)
    return [_labels("act", "leave-one-out", rows, fitted.head.labels, fitted.left_out_probabilities)]


def _intents(viewer: Viewer, questions: Texts, intents: Sequence[IntentSpec]) -> list[Figures]:
    both = fit_both(IntentExamples.of(intents, questions), viewer)
    rows = both.left_out()
    first = [max(row, key=lambda name: row[name]) for row in rows]
    heads = IntentHeads(names=tuple(each.name for each in intents), routes=None, skills=None, trust=trust_of(both))
    sure = [heads.confidence(row[name]) for row, name in zip(rows, first, strict=True)]
    right = [name == label for name, label in zip(first, both.labels, strict=True)]
    third = [label in sorted(row, key=lambda name: -row[name])[:3] for row, label in zip(rows, both.labels, strict=True)]
    kinds: dict[str, list[int]] = {"skill": [], QUESTION: [], OUT_OF_SCOPE: []}
    for place, label in enumerate(both.labels):
        kinds[label if label in kinds else "skill"].append(place)
    values = {f"{kind} right": float(np.mean([right[place] for place in places])) for kind, places in kinds.items() if places}
    values["skill in three"] = float(np.mean([third[place] for place in kinds["skill"]]))
    values["calibration error"] = calibration_error(sure, right)
    return [Figures(head="intent", examples="leave-one-out", values=values)]


def _labels(head: str, name: str, rows: Sequence[Labelled], labels: Texts, table: NDArray[np.float32]) -> Figures:
    said = [labels[int(place)] for place in table.argmax(axis=1)]
    truth = [row.label for row in rows]
    sure = [float(each) for each in table.max(axis=1)]
    right = [one == other for one, other in zip(truth, said, strict=True)]
    values = {"macro-F1": macro_f1(truth, said), "accuracy": float(np.mean(right))}
    return Figures(head=head, examples=name, values=values | {"calibration error": calibration_error(sure, right)})


def _needed(name: str, rows: Sequence[Labelled], fitted: Fitted, table: NDArray[np.float32]) -> Figures:
    """F1 and recall of "a person is needed", as named and when acted on from one half."""
    needed = 1 - table[:, fitted.head.labels.index(signals.NONE)]
    truth = [row.label != signals.NONE for row in rows]
    values: dict[str, float] = {}
    for mark, least in (("named", signals.WORTH_A_LOOK), ("sure", 0.5)):
        said = [bool(each >= least) for each in needed]
        values[f"F1 {mark}"] = _f1(truth, said)
        values[f"recall {mark}"] = sum(one and other for one, other in zip(truth, said, strict=True)) / max(sum(truth), 1)
    reasons = [fitted.head.labels[int(place)] for place in table.argmax(axis=1)]
    values["reason macro-F1"] = macro_f1([row.label for row in rows], reasons)
    return Figures(head="triage", examples=name, values=values)


def _f1(truth: Sequence[bool], said: Sequence[bool]) -> float:
    both = sum(one and other for one, other in zip(truth, said, strict=True))
    return 2 * both / max(sum(truth) + sum(said), 1)
