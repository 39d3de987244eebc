"""Why sentences of a model fell, as codes that a decision record may keep: a reason's own words may quote the customer."""

import re
from collections import Counter
from collections.abc import Iterable

OTHER = "other"

_CODES: tuple[tuple[str, str], ...] = (
    ("empty", r"^it is empty|says nothing that could be shown"),
    ("markup", r"hidden characters|markup or a script"),
    ("secret", r"asks for a secret"),
    ("instructions", r"speaks of instructions"),
    ("rivals", r"compares with other companies"),
    ("legal", r"commits the company in law"),
    ("guarantee", r"guarantees or makes an exception"),
    ("not_said", r"^the customer didn't say that|isn't in their message"),
    ("not_done", r"was done|done in this conversation"),
    ("no_promise", r"promise"),
    ("question", r"^a question that asserts|in what was said or found"),
    ("yes_or_no", r"^a bare yes or no|doesn't go with what follows|^the question was about"),
    ("link", r"no address of the house"),
    ("uncited", r"cites nothing"),
    ("condition", r"condition|leaves out"),
    ("against_evidence", r"den(y|ies|ied)|where the evidence says|is a limit in one|gives one end"),
    (
        "belongs_elsewhere",
        r"belongs to something else|is about .+ in the evidence|holds for|figures and names apart|another order",
    ),
    (
        "not_in_evidence",
        r"is not in it|in no record|more than the evidence says|no record says so|doesn't say what|nothing was found",
    ),
)
_PATTERNS = tuple((code, re.compile(pattern)) for code, pattern in _CODES)


def code_of(reason: str) -> str:
    """The kind of a reason that `bot.dialogue.checking` gave."""
    return next((code for code, pattern in _PATTERNS if pattern.search(reason)), OTHER)


def codes_of(reasons: Iterable[str]) -> dict[str, int]:
    """How often each kind came, most frequent first."""
    return dict(Counter(map(code_of, reasons)).most_common())
