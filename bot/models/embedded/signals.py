"""What a message means beyond what it asks for: a commercial signal, the need for a person, and the customer's mood."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.models.embedded import terms, training
from bot.models.embedded.kernel import Floats, Head, Sample, Shape, fit
from bot.models.embedded.lexicon import Lexicon
from bot.models.embedded.store import HeadStore, key_of
from bot.models.embedded.training import Labelled
from bot.models.embedded.views import View, Viewer
from core.language import RevenueSignal, Said, TriageSignal

REVENUE = Shape(words=0.5, concepts=0.5, ridge=0.2, prior={"none": 1.25})
ITEMS = Shape()
TRIAGE = Shape(angles=(1.0, 0.5))
MOOD = Shape(concepts=0.5)
ACTS = Shape(words=0.5, letters=0.5, concepts=0.3)
NONE = "none"
ITEM_SURE = 0.4
WORTH_A_LOOK = 0.2
"""From this probability on a reason is named: then nine of ten that need a person have one. Acting on it takes more."""

CALM_EVERY = {"questions": 500, "served": 150, "strange": 150, "talks": 100}
STRONG = re.compile(r"!{2,}|\b[A-Z]{4,}\b(?:\s+[A-Z]{3,}\b)+")


@dataclass(frozen=True, kw_only=True)
class SignalHeads:
    """The heads that are fitted on Rapport's own examples, whatever the skills are."""

    revenue: Head
    cross_sell: Head
    upsell: Head
    triage: Head
    mood: Head
    acts: Head


def fit_signals(viewer: Viewer, store: HeadStore, questions: Sequence[str] = (), cases: Sequence[str] = ()) -> SignalHeads:
    """All heads, from the store or fitted anew. `questions` are everyday ones, for which nobody has to be called.

    Nor for `cases`, as customers bring them up: procedures serve them.
    """
    revenue = training.revenue()
    triage = [*training.triage(), *calm(questions, revenue), *told_cases(cases)]
    needs = {kind: items_of(revenue, kind, viewer.lexicon) for kind in ("cross_sell", "upsell")}

    def head(name: str, rows: Sequence[Labelled], shape: Shape) -> Head:
        key = key_of(viewer.embedder.name, repr(shape), (text for row in rows for text in _texts(row)))
        known = store.load(name, key)
        if known is None:
            samples = conversation_samples(rows, viewer) if name == "triage" else plain_samples(rows, viewer)
            known = fit(samples, [row.label for row in rows], shape).head
            store.save(name, key, known)
        return known

    return SignalHeads(
        revenue=head("revenue", [*revenue, *plain_talk()], REVENUE),
        cross_sell=head("cross_sell", needs["cross_sell"], ITEMS),
        upsell=head("upsell", needs["upsell"], ITEMS),
        triage=head("triage", triage, TRIAGE),
        mood=head("mood", training.moods(), MOOD),
        acts=head("acts", training.acts(), ACTS),
    )


def calm(questions: Sequence[str], revenue: Sequence[Labelled]) -> list[Labelled]:
    """Everyday messages and short talks that need no person, so that the triage head has seen more than alarms and near "
    "misses."""
    served = [row.text for row in revenue if row.label not in ("churn_risk", "renewal")]
    texts = _some(sorted(set(questions)), CALM_EVERY["questions"]) + _some(served, CALM_EVERY["served"])
    replies = [row.text for row in training.acts() if row.label not in ("other", "bot_question")]
    found = [_talk([text]) for text in texts + _some(training.out_of_scope(), CALM_EVERY["strange"])]
    for place, text in enumerate(_some(texts, CALM_EVERY["talks"])):
        second = texts[(place * 7 + 3) % len(texts)] if place % 2 else replies[place % len(replies)]
        third = [replies[(place * 5) % len(replies)]] if place % 3 == 0 else []
        found.append(_talk([text, second, *third]))
    return found


def told_cases(cases: Sequence[str]) -> list[Labelled]:
    """Each case alone, and with a reply to what was asked about it."""
    replies = [row.text for row in training.acts() if row.label not in ("other", "bot_question")]
    found: list[Labelled] = []
    for place, text in enumerate(sorted(set(cases))):
        found += [_talk([text]), _talk([text, replies[place * 11 % len(replies)]])]
    return found


def plain_talk() -> list[Labelled]:
    """Short replies and strange requests, which sell nothing."""
    replies = [row.text for row in training.acts() if row.label not in ("other", "praise", "cancel")]
    return [Labelled(text=text, label=NONE) for text in _some(replies, 300) + _some(training.out_of_scope(), 150)]


def plain_samples(rows: Sequence[Labelled], viewer: Viewer) -> list[Sample]:
    """One view a row: its text."""
    return [Sample(views=(view,)) for view in viewer.views([row.text for row in rows])]


def conversation_samples(rows: Sequence[Labelled], viewer: Viewer) -> list[Sample]:
    """Two views a row: the last message, and all that the customer said."""
    views = viewer.views([text for row in rows for text in (row.text, whole_of(row.said))])
    return [Sample(views=(views[2 * place], views[2 * place + 1]), extra=turns_of(row.said)) for place, row in enumerate(rows)]


def items_of(rows: Sequence[Labelled], kind: str, lexicon: Lexicon) -> list[Labelled]:
    """What fits a need, by example: the lexicon's own words, and labelled messages."""
    table = lexicon.needs if kind == "cross_sell" else lexicon.upsell
    found = [Labelled(text=text, label=item) for item, texts in table.items() for text in texts]
    found += [Labelled(text=row.text, label=row.item) for row in rows if row.label == kind and row.item]
    return found


def whole_of(said: Sequence[Said]) -> str:
    """All that the customer said, the newest kept when it is much."""
    return " ".join(each.text for each in said if each.role == "customer")[-1200:]


def turns_of(said: Sequence[Said]) -> tuple[float, ...]:
    """How far the conversation has come, and whether the bot has said the same thing twice."""
    count = sum(each.role == "customer" for each in said)
    told = [_bare(each.text) for each in said if each.role == "bot"]
    return (float(count == 1), float(count == 2), float(count > 2), float(len(set(told)) < len(told)))


def revenue_of(row: Mapping[str, float], view: View, heads: SignalHeads, lexicon: Lexicon) -> RevenueSignal:
    """The commercial signal, with the catalogue item that fits it when there is one."""
    label = max(row, key=lambda name: row[name])
    return RevenueSignal(label=label, confidence=row[label], item=_item(label, view, heads, lexicon))


def triage_of(row: Mapping[str, float]) -> TriageSignal:
    """Whether a person may be needed, and how probable that is. Below `WORTH_A_LOOK` the reason is `none`."""
    needed = 1 - row[NONE]
    if needed < WORTH_A_LOOK:
        return TriageSignal(reason=NONE, confidence=row[NONE])
    reason = max((name for name in row if name != NONE), key=lambda name: row[name])
    return TriageSignal(reason=reason, confidence=needed)


def mood_of(row: Mapping[str, float], text: str) -> float:
    """From -1 (upset) to 1 (delighted). Shouting adds to either."""
    mood = row.get("good", 0.0) - row.get("bad", 0.0)
    if STRONG.search(text):
        mood *= 1.25
    return round(math.copysign(min(abs(mood), 1.0), mood), 3)


def named_rows(head: Head, samples: Sequence[Sample]) -> list[dict[str, float]]:
    """Probabilities by label, a row a sample."""
    rows: Floats = head.probabilities(samples)
    return [dict(zip(head.labels, (float(each) for each in row), strict=True)) for row in rows]


def _item(label: str, view: View, heads: SignalHeads, lexicon: Lexicon) -> str | None:
    if label not in ("cross_sell", "upsell"):
        return None
    if label == "cross_sell":
        named = terms.find_addons(view.text, lexicon)
        if named:
            return str(named[0].value)
    head = heads.cross_sell if label == "cross_sell" else heads.upsell
    row = named_rows(head, [Sample(views=(view,))])[0]
    best = max(row, key=lambda name: row[name])
    return best if row[best] >= ITEM_SURE else None


def _some(texts: Sequence[str], most: int) -> list[str]:
    """At most so many, spread evenly."""
    step = max(1, math.ceil(len(texts) / most))
    return list(texts[::step])


def _talk(texts: Sequence[str]) -> Labelled:
    said: list[Said] = []
    for place, text in enumerate(texts):
        said += [Said(role="bot", text=f"({place})")] if place else []
        said.append(Said(role="customer", text=text))
    return Labelled(text=texts[-1], label=NONE, said=tuple(said))


def _texts(row: Labelled) -> list[str]:
    return [row.text, row.label, *(f"{each.role}: {each.text}" for each in row.said)]


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
