"""What is never said, whatever there is to stand on: markup, secrets asked for, other companies run down, commands to a model."""

import re
import unicodedata

_MARKUP = re.compile(r"!\[|<\s*/?\s*[a-z!?][^>]*>?|&(?:lt|#\d+|#x[0-9a-f]+);|\[[^\]]*\]\s*[(\[]|```|~~~", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:javascript|vbscript|data|file|ftp|blob)\s*:\s*\S", re.IGNORECASE)
_SECRET = (
    r"(?:passwords?|passcodes?|passphrases?|pins?|card\s(?:number|details|data)|credit\scard|debit\scard|cvv|cvc"
    r"|security\s(?:code|number)"
    r"|(?:one-time|verification|login|sign-in|access|mailed|confirmation|6-digit|six-digit|sms|authenticator|recovery"
    r"|backup)\scodes?|otp"
    r"|iban|account\snumber\sof\syour\sbank|bank\s(?:details|login)|social\ssecurity|ssn|api\s(?:key|token|secret)s?"
    r"|private\skey|secret\skey"
    r"|seed\sphrase|credentials|(?:the|your)\scode)"
)
_ASKED = re.compile(
    rf"\b(?:send|share|give|tell|provide|supply|reply\swith|type|enter|post|write|paste|confirm|verify|read|forward|state"
    rf"|submit|show"
    rf"|message)\b(?!\s+yourself)[^.!?]{{0,60}}\b{_SECRET}\b",
    re.IGNORECASE,
)
_TO_US = re.compile(r"\b(?:me|us|here|chat|reply|back|support|agent|this conversation)\b|\?\s*$", re.IGNORECASE)
_WHAT_SECRET = re.compile(
    rf"\bwhat(?:['’]s|\sis|\sare)\s(?:your|the)\s(?:\w+\s)?{_SECRET}\b|\bi(?:['’]ll)?\s?need\s(?:your|the)\s{_SECRET}\b", re.I
)
_NEVER = re.compile(r"\b(?:never|don['’]t|do\snot|nobody|not)\b", re.IGNORECASE)
_COMMANDS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}\b(?:instructions?|rules?|prompts?|polic(?:y|ies)"
    r"|guidelines?|above|previous)\b"
    r"|\b(?:system|developer)\s(?:prompt|message|instructions?|mode)\b|\bas an? (?:ai )?language model\b|\bjailbreak"
    r"|\bmy (?:instructions|prompt)\b"
    r"|<\||\[/?(?:inst|sys|system)\]|\b(?:tool_call|function_call|tool_use)\b|^\s*(?:system|assistant|user|human)\s*:|[{}]",
    re.IGNORECASE,
)
_RIVALS = re.compile(
    r"\bcompetit(?:or|ors|ion)\b|\b(?:unlike|than|versus|vs\.?|beats?|outperforms?)\s(?:any\s|all\s|most\s|the\s"
    r"|our\s)?(?:other|others|rival|alternative)"
    r"|\b(?:other|rival|alternative)\s(?:tools?|vendors?|providers?|products?|software|services|solutions|platforms)\b"
    r"|\b(?:best|leading|number one|cheapest)\b[^.!?]{0,30}\b(?:market|industry|world|available|around)\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\b(?:legally|liab(?:le|ility)|lawsuit|sue|court|lawyer|attorney|compensat(?:e|ion)|damages|warrant(?:y|ies)"
    r"|we\saccept\sresponsib|at\sfault"
    r"|negligen\w+|breach\sof|legal\sadvice|binding)\b",
    re.IGNORECASE,
)
_ASSURED = re.compile(
    r"\b(?:i|we)\s(?:can\s)?(?:guarantee|promise|assure|commit|pledge|warrant|swear)\b|\byou\shave\s(?:my|our)\sword\b"
    r"|\brest\sassured\b"
    r"|\b(?:count|rely|depend)\son\s(?:it|me|us|that)\b|\bmake\san\sexception\b|\b(?:waive|waiving|waived)\b"
    r"|\bas\sa\s(?:one-time|goodwill)\b",
    re.IGNORECASE,
)


def forbidden(text: str, *, literal: bool) -> str:
    """Why the text may never be said; empty when it may. `literal`: it repeats an article, so that its terms are our own."""
    if any(unicodedata.category(letter) in ("Cf", "Co", "Cn", "Cs") or _control(letter) for letter in text):
        return "it has hidden characters"
    if _MARKUP.search(text) or _SCHEME.search(text):
        return "it has markup or a script: write plain words"
    asks = _ASKED.search(text)
    if _WHAT_SECRET.search(text) or (asks and not _NEVER.search(text[: asks.end()]) and (not literal or _TO_US.search(text))):
        return "it asks for a secret: passwords, codes and card numbers are never asked for"
    if _COMMANDS.search(text):
        return "it speaks of instructions or tools, not to the customer"
    if _RIVALS.search(text):
        return "it compares with other companies"
    if not literal and _LEGAL.search(text):
        return "it commits the company in law"
    return (
        "it guarantees or makes an exception: only what was decided can be said" if _ASSURED.search(text) and not literal else ""
    )


def _control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" and letter not in "\n\t"
