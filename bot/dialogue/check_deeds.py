"""Whether a sentence tells of a deed or makes a promise: it then stands on deeds and backed promises alone."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.dialogue.check_meaning import covered, unclaimed
from bot.dialogue.check_reading import Reading, read
from handoff.promise_words import found_in
from knowledge.claim_words import denies

_DONE = (
    r"(?:refunded|credited|cancell?ed|added|removed|upgraded|downgraded|changed|updated|sent|e-?mailed|mailed|informed|notified|told|escalated"
    r"|forwarded|passed|opened|created|filed|logged|noted|scheduled|booked|applied|waived|extended|paused|reset|confirmed|approved|reported"
    r"|submitted|processed|issued|resolved|fixed|unlocked|deleted|contacted|called|asked|arranged|recorded|flagged|initiated|started|begun"
    r"|gone|went|put|given|gave|made|done|completed|transferred|moved|switched|activated|deactivated|enabled|disabled|renewed|corrected"
    r"|adjusted|granted|paid|reversed|reimbursed|set|handed|prepared|saved|registered|enrolled|invited|archived|restored|placed|taken|took)"
)
_DOING = (
    r"(?:refunding|crediting|cancell?ing|adding|removing|upgrading|downgrading|changing|updating|sending|e-?mailing|informing|notifying"
    r"|escalating|forwarding|passing|opening|creating|filing|scheduling|applying|extending|pausing|resetting|processing|issuing|fixing"
    r"|unlocking|deleting|contacting|transferring|moving|switching|handing|putting|making|arranging|submitting|working\son|looking\sinto)"
)
_WE = r"(?:i|we|our\s\w+(?:\s\w+)?|the\s(?:\w+\s)?(?:team|department|desk)|(?:a|my)\scolleague|support|billing|someone|they)"
_ACTED = re.compile(
    rf"\b{_WE}(?:['’](?:ve|m|re|s)|\s(?:have|has|had|am|are|is|was|were))?\s(?:\w+ly\s|now\s|just\s|already\s|also\s|been\s|gone\s\w+\sand\s){{0,3}}"
    rf"(?:{_DONE}|{_DOING})\b"
    rf"|\b(?:your|the|this|that|it|everything|all|a|an)\b[^,;]{{0,60}}?\b(?:has|have|had)\s(?:now\s|just\s|already\s|successfully\s|been\s)*{_DONE}\b"
    rf"|\b(?:your|this|that|it|everything)\b[^,;]{{0,60}}?\b(?:is|are|was|were)\s(?:now|just|already|successfully|being)\s(?:\w+\s){{0,2}}?"
    rf"(?:{_DONE}|active|live|open|on\s(?:the\s)?\w+)\b"
    rf"|\byour\b[^,;]{{0,50}}?\b(?:was|were)\s(?:\w+ly\s)?{_DONE}\b"
    r"|\b(?:is|are)\son\s(?:its|their|the)\sway\b|^(?:all\s)?(?:done|sorted|fixed|completed|success)\b|\b(?:is|are)\s(?:all\s)?(?:set|done|sorted)\b"
    rf"|^{_DONE}\b(?!\s(?:people|plans?|accounts?|seats?|companies|holidays?))",
    re.IGNORECASE,
)
_OF_OURS = re.compile(
    rf"\b{_WE}(?:['’](?:ve|m|re)|\s(?:have|has|had|am|are))?\s(?:\w+\s){{0,2}}?(?:{_DONE}|{_DOING})\b", re.IGNORECASE
)
_NOTHING_DONE = re.compile(
    r"(?:so\s)?(?:nothing\s(?:was|has\sbeen|is)\s(?:changed|done|sent|charged)(?:\syet)?|(?:i|we)\s(?:have\snot|haven['’]t|did\snot|didn['’]t)\s"
    r"(?:changed?|do|done)\sanything(?:\syet)?)[.!]?",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"\b(?:wait(?:s|ing)?|pending|card|to be confirmed|not yet|needs? (?:your )?(?:confirmation|approval)|proposed|asked)\b", re.I
)
_SAID_TO_WAIT = re.compile(
    r"\b(?:wait(?:s|ing)?|pending|please (?:check|confirm|review)|(?:once|when|after|if) you(?:['’]ve| have)? confirm(?:ed)?"
    r"|(?:ready|prepared)\b[^.]{0,60}\bconfirm|needs? (?:your )?(?:confirmation|approval))\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:i|we|someone|somebody|they|support|billing|(?:a|my|our|the)\s(?:\w+\s){1,3}?)(?:['’]ll|\s?will|['’]m\sgoing\sto|['’]re\sgoing\sto"
    r"|\s(?:am|are|is)\sgoing\sto|\sshall)\s(?!not\b|never\b|be\s(?:happy|glad)\b|need\b|only\sneed\b)"
    r"|\byou(?:['’]ll|\swill|\sshould|\sare\sgoing\sto|\scan\sexpect\sto|['’]re\sgoing\sto)\s(?:soon\s|shortly\s|also\s|then\s)?(?:get|receive|hear|have"
    r"|be\s(?:\w+ly\s)?(?:refunded|credited|contacted|called|reimbursed|notified|informed|compensated|charged\snothing))\b"
    r"|\byour\s(?:\w+\s){0,2}?(?:refund|credit|money|payment|request|reply|discount|replacement|voucher|case|ticket|issue|problem)\s(?:will|shall|is\sgoing\sto)\b"
    r"|\b(?:expect|look\sout\sfor)\s(?:a|an|the|your|to\shear)\b|\bleave\s(?:it|this|that)\s(?:to|with)\s(?:me|us)\b"
    r"|\bwe\saim\sto\b|\b(?:will|shall)\s(?:be\s)?(?:get|getting|in\stouch|reach(?:ing)?\sout|contact(?:ing)?\syou|call(?:ing)?\syou)\b",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"^\s*(?:the|a|an|api|version)\b", re.IGNORECASE)
_ANY_DAY = datetime(2026, 1, 5, tzinfo=UTC)


def claims_deed(text: str) -> bool:
    """Whether the sentence says that something was or is being done for this customer."""
    return bool(_ACTED.search(text))


def says_nothing_done(text: str) -> bool:
    """Whether the sentence says that nothing was changed."""
    return bool(_NOTHING_DONE.fullmatch(text.strip()))


def says_waiting(text: str) -> bool:
    """Whether the sentence says that something waits for the customer's word."""
    return bool(_SAID_TO_WAIT.search(text))


def ours(text: str) -> bool:
    """Whether the doer is the bot or the company: then no record or article can show it, only what was really done."""
    return bool(_OF_OURS.search(text)) or bool(
        re.search(r"\b(?:now|just|being|on its way)\b|^(?:all\s)?(?:done|sorted)", text, re.I)
    )


def promises(text: str) -> bool:
    """Whether the sentence commits somebody to do something."""
    if text.strip().endswith("?"):
        return False
    return bool(_FUTURE.search(text)) or bool(found_in(text, _ANY_DAY))


def stands_on_deeds(text: str, acted: Sequence[str]) -> str:
    """Why the deed isn't among what was done; empty when it is. What only waits at a card stands as waiting."""
    if says_nothing_done(text):
        return "something was done in this conversation" if any(not _WAITS.search(each) for each in acted) else ""
    waiting = bool(_SAID_TO_WAIT.search(text))
    fitting = [each for each in acted if bool(_WAITS.search(each)) == waiting]
    if not fitting:
        return "nothing of the kind was done: say only what was really done"
    return _any_carries(read(text), fitting, "that was not done")


def stands_on_promises(text: str, backed: Sequence[str]) -> str:
    """Why no skill made this promise; empty when one did."""
    return _any_carries(read(text), backed, "no skill made that promise") if backed else "nobody made that promise: leave it out"


def _any_carries(said: Reading, texts: Sequence[str], otherwise: str) -> str:
    reasons = [_carries(said, read(each)) for each in texts]
    return "" if "" in reasons else f"{otherwise}: {reasons[0]}"


def _carries(said: Reading, held: Reading) -> str:
    missing = unclaimed(said.claims, held.claims)
    if missing:
        return missing
    unknown = [each for each in said.stems if each not in _ASIDE and not covered(each, held.stems)]
    if unknown:
        return f"{unknown[0]!r} is not in it"
    if not any(covered(each, held.stems) for each in said.stems) and not said.claims:
        return "it doesn't say what"
    return "it denies it" if denies(said.text) != denies(held.text) else ""


_ASIDE = frozenset(
    [
        "now",
        "just",
        "already",
        "success",
        "successful",
        "account",
        "plan",
        "do",
        "confirm",
        "please",
        "ready",
        "check",
        "wait",
        "card",
        "been",
        "go",
        "ahead",
    ]
)
