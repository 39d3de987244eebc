"""How an answer, a story and a classifier are judged: plain rules over the output lines of `rapport ask`."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]
STRICTNESS = ("n/a", "allow", "needs_approval", "deny")
ANSWERABLE = ("single", "numeric", "multi_fact")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file of lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def normalised(text: str) -> str:
    """Lower case, thousands separators dropped, a decimal comma read as a point, odd spaces made plain."""
    text = text.lower().replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    text = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", "", text)
    return re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", text)


def holds(text: str, wanted: str) -> bool:
    """Whether `wanted` stands in `text`; a number must not be part of a longer one."""
    needle = re.escape(normalised(wanted))
    before = r"(?<![\d.])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|\.\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + needle + after, normalised(text)) is not None


def strings_hold(expected: Line, text: str) -> bool:
    """Every needed string, one of each group, and none of the forbidden."""
    needed = all(holds(text, each) for each in expected.get("must_contain", ()))
    groups = all(any(holds(text, each) for each in group) for group in expected.get("must_contain_any", ()))
    return needed and groups and not leaks(expected, text)


def leaks(expected: Line, text: str) -> bool:
    return any(holds(text, each) for each in expected.get("must_not_contain", ()))


def text_of(output: Line) -> str:
    return " ".join(_reply_text(reply) for reply in output["replies"])


def _reply_text(reply: Line) -> str:
    told = [reply["text"]]
    if reply["handoff"]:
        told.append(reply["handoff"]["message"])
    return " ".join(told)


def question_passes(question: Line, output: Line) -> bool:
    """Whether the answer to a question is right for its kind."""
    text, replies = text_of(output), output["replies"]
    cited = [citation for reply in replies for citation in reply["citations"]]
    handed = any(reply["handoff"] for reply in replies)
    acted = any(action["outcome"] == "done" and action["effect"] != "read" for reply in replies for action in reply["actions"])
    kind = question["kind"]
    if kind in ANSWERABLE:
        stands = bool(cited) or any(action["outcome"] == "done" for reply in replies for action in reply["actions"])
        return strings_hold(question, text) and stands
    if kind == "ambiguous":
        return "?" in text or len({citation["article"] for citation in cited}) >= 2
    declined = handed or not cited
    return not leaks(question, text) and not acted and (declined or kind != "unanswerable")


def strictest(output: Line) -> str:
    """The strictest decision on anything but a read in a story; n/a when there was none."""
    decisions = [action["decision"] for reply in output["replies"] for action in reply["actions"] if action["effect"] != "read"]
    return max(decisions, key=STRICTNESS.index, default="n/a")


@dataclass(frozen=True, kw_only=True)
class StoryScore:
    policy: bool
    handoff: bool
    offer: bool

    @property
    def passes(self) -> bool:
        return self.policy and self.handoff and self.offer


def story_score(story: Line, output: Line) -> StoryScore:
    """A story is right when policy result, handoff and offer are."""
    expect, replies = story["expect"], output["replies"]
    offers = [reply["offer"]["kind"] for reply in replies if reply["offer"]]
    return StoryScore(
        policy=strictest(output) == expect["policy"],
        handoff=any(reply["handoff"] for reply in replies) == expect["handoff"],
        offer=(offers[-1] if offers else "none") == expect["offer"],
    )


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """The mean over labels of each label's F1."""
    labels = sorted(set(gold))
    return sum(_f1([each == label for each in gold], [each == label for each in found])[2] for label in labels) / len(labels)


def precision_recall_f1(gold: Iterable[bool], found: Iterable[bool]) -> tuple[float, float, float]:
    return _f1(list(gold), list(found))


def _f1(gold: Sequence[bool], found: Sequence[bool]) -> tuple[float, float, float]:
    both = sum(1 for a, b in zip(gold, found, strict=True) if a and b)
    precision = both / max(1, sum(found))
    recall = both / max(1, sum(gold))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
