"""Sentences that claim nothing: greetings, thanks, sympathy, transitions and questions, in a closed grammar."""

import re

_NAME = r"(?:,?\s[A-Z][\w'’-]+){0,2}"
_TROUBLE = (
    r"(?:the|any|this|that|your|all the)\s(?:trouble|inconvenience|confusion|delay|wait|mix-up|problem|hassle|frustration"
    r"|bother)"
    r"(?:\s(?:this|that|it)(?:\s(?:has|may\shave|might\shave))?\s(?:caused|is\scausing|causes)(?:\s(?:you|your\steam))?)?"
)
_THAT = r"(?:that|this|it|your\squestion|your\smessage|all\sof\sthat|the\sdetails)"
_FORMS = (
    rf"(?:hello|hi|hey|good\s(?:morning|afternoon|evening|day)|welcome)(?:\sthere|\sagain)?{_NAME}",
    r"(?:thanks|thank\syou)(?:\s(?:so|very)\smuch)?(?:\sfor\s(?:asking|waiting|your\s(?:patience|question|message"
    r"|understanding|time)"
    r"|letting\s(?:me|us)\sknow|reaching\sout|getting\sin\stouch|the\sdetails|explaining|clarifying))?",
    r"(?:you['’]re\s(?:very\s)?welcome|my\spleasure|no\sproblem\sat\sall|happy\sto\shelp|glad\sto\shelp|of\scourse"
    r"|certainly|understood"
    r"|got\sit|all\sright|sure|great|good\squestion|goodbye|take\scare|have\sa\s(?:nice|good|great)\s(?:day|evening|weekend))",
    rf"(?:i['’]m|i\sam|we['’]re|we\sare)?\s?(?:really\s|very\s|so\s)?sorry(?:\s(?:about|for)\s{_TROUBLE})?",
    r"(?:i['’]m|i\sam)\s(?:really\s|very\s|so\s)?sorry\s(?:to\shear\s(?:that|this|about\sthat)|you['’]re\shaving\strouble)",
    rf"(?:i|we)\sapologi[sz]e(?:\sfor\s{_TROUBLE})?",
    r"i\s(?:completely\s|fully\s)?(?:understand|see|can\ssee|can\simagine)(?:\s(?:that|how)\s(?:this|that|it)\s(?:is"
    r"|must\sbe|can\sbe)"
    r"\s(?:very\s|really\s)?(?:frustrating|annoying|confusing|upsetting|inconvenient|difficult))?",
    r"that\s(?:sounds|must\sbe)\s(?:very\s|really\s)?(?:frustrating|annoying|confusing|upsetting|inconvenient|difficult)",
    r"(?:here|this)\sis\swhat\s(?:i|we)\s(?:found|could\sfind|know|have)(?:\s(?:about|on|for)\s(?:that|this|your\squestion))?",
    r"here\sare\sthe\s(?:details|steps|options|answers)|here\sis\s(?:the\sanswer|how|an\soverview|a\ssummary)"
    r"|here['’]s\s(?:how|what\si\sfound)",
    r"let\sme\s(?:check|look|see|explain|help|have\sa\slook|take\sa\slook|look\s(?:that|this|it)\sup|look\sinto\s(?:that"
    r"|this|it)"
    rf"|check\s{_THAT}|help\s(?:you\s)?with\s{_THAT}|explain\s{_THAT})(?:\sfor\syou)?(?:\snow)?",
    rf"(?:i|we)\scan\shelp(?:\syou)?(?:\swith\s{_THAT})?|i['’](?:m|d\sbe)\s(?:happy"
    rf"|glad)\sto\shelp(?:\syou)?(?:\swith\s{_THAT})?",
    r"(?:one\smoment|just\sa\smoment)(?:,?\splease)?|please\sbear\swith\sme",
    rf"(?:i|we)\s(?:could\snot|couldn['’]t|did\snot|didn['’]t|do\snot|don['’]t)\s(?:find|have|see)\s(?:anything|an\sanswer"
    rf"|any\sinformation"
    rf"|information|the\sanswer)(?:\s(?:about|on|to|for)\s{_THAT})?(?:\sin\s(?:our|the)\shelp\scent(?:re|er))?",
    rf"(?:i['’]m|i\sam)\snot\ssure(?:\sabout\s{_THAT})?|i\sdon['’]t\sknow(?:\s{_THAT})?",
    r"(?:please\s)?(?:let\sme\sknow|tell\sme)\sif\s(?:you\s(?:have\s(?:any\s)?(?:other|more|further)\squestions"
    r"|need\s(?:anything|any\smore)"
    r"(?:\selse|\shelp)?)|(?:there['’]s|there\sis)\sanything\selse(?:\si\scan\s(?:do|help\swith))?)",
    r"(?:please\s)?(?:tell|give)\sme\s(?:a\sbit\s|a\slittle\s)?(?:more\sdetails?|more\sabout\s(?:it|that|the\sproblem))",
    r"is\sthere\sanything\selse(?:\s(?:i\scan\s(?:do|help)(?:\s(?:for|with|you\swith))?(?:\syou)?(?:\stoday)?))?",
    r"(?:how|what)\scan\si\s(?:do|help)(?:\s(?:for\syou|you(?:\swith)?))?(?:\stoday)?|does\s(?:that|this)\shelp",
    r"(?:would\syou\slike|do\syou\swant)(?:\sme\sto\s(?:go\sahead|do\sthat|check\s(?:that|this)|continue))?",
    r"(?:shall|should)\si\s(?:go\sahead|do\sthat|check\s(?:that|this)|continue)(?:\sfor\syou)?",
    r"(?:could|can)\syou\s(?:please\s)?(?:tell\sme\s(?:a\sbit\s)?more|say\smore|explain)(?:\sabout\s(?:it|that|the\sproblem"
    r"|what\shappened))?",
    r"(?:could|can)\syou\s(?:please\s)?(?:tell|send|give)\sme\s(?:the\s|your\s)?(?:invoice\snumber|number\sof\sseats|date"
    r"|plan|ticket\snumber)",
    r"(?:which|what)\s(?:plan|invoice|date|device|browser|version|seats?|currency|location|integration)\s(?:is\s(?:it|this"
    r"|that)\sabout"
    r"|do\syou\smean|are\syou\s(?:on|using|asking\sabout)|would\syou\slike|should\si\suse)",
    r"(?:what|which)\s(?:exactly\s)?(?:do\syou\smean|happens?|happened|would\syou\slike\s(?:to\sdo"
    r"|me\sto\sdo))(?:\swhen\syou\stry)?",
    r"(?:how\smany|which)\s(?:seats|people|locations|invoices|months)(?:\s(?:do\syou\s(?:need|want|mean|have)"
    r"|would\syou\slike))?",
    r"when\sdid\s(?:this|that|it)\s(?:happen|start)|what\sis\s(?:this|it)\sabout",
)
_EMPTY = re.compile(rf"(?:{'|'.join(_FORMS)})", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:of course|certainly|sure|(?:thanks|thank you)(?: for (?:asking|waiting|your (?:patience|question|message)))?"
    r"|all right|understood|i(?:['’]m| am) sorry|i understand|good question)\s*[,.!:–—-]+\s*"
    r"|(?:and|so|also|in short|in addition|additionally|however|unfortunately|please note that|note that"
    r"|according to our help cent(?:re|er))"
    r"\s*,?\s+)",
    re.IGNORECASE,
)
_FIRST_PERSON_FOUND = re.compile(
    r"^(?:i(?:['’]ve| have)?|we(?:['’]ve| have)?)\s(?:just\s)?(?:checked|looked at|looked up|found|see|can see)"
    r"(?:\s(?:your account|your plan|your invoices?|that|the records?))?(?:\s(?:and|that)|\s*[:,])\s+(?:found that\s"
    r"|see that\s)?",
    re.IGNORECASE,
)


def claims_nothing(text: str, known_names: frozenset[str]) -> bool:
    """Whether the sentence needs no evidence. A name in a greeting must be one of the known."""
    bare = text.strip().rstrip(".!?:… ")
    match = _EMPTY.fullmatch(bare) or _EMPTY.fullmatch(_LEAD.sub("", bare))
    if not match:
        return False
    greeted = re.match(rf"(?:hello|hi|hey|good\s\w+|welcome)(?:\sthere|\sagain)?(?P<name>{_NAME})$", bare, re.IGNORECASE)
    named = re.findall(r"[\w'’-]+", greeted["name"]) if greeted else []
    return all(name.lower() in known_names for name in named)


def without_lead(text: str) -> str:
    """The sentence without the opening that claims nothing: "Thanks, ...", "I checked your account and ..."."""
    rest = _FIRST_PERSON_FOUND.sub("", _LEAD.sub("", text.strip()))
    return rest[:1].upper() + rest[1:] if rest != text.strip() and rest else text.strip()
