"""Lasting facts about customers, out of their own statements. Few and sure: what isn't plainly a fact about them is left out."""

import re
from collections.abc import Sequence

from core.embedding import Embedder
from core.language import FactDraft, Said
from knowledge.sentences import spans

FEWEST_WORDS, MOST_WORDS = 4, 40
SURE, FAIRLY = 0.85, 0.7
MOST_FACTS = 6

FIRST_PERSON = re.compile(
    r"\b(?:we|we're|we've|we'll|our|us|i|i'm|i've|my|wir|unser\w*|ich|mein\w*|nous|notre|nos|je|mon|ma|nosotros|nuestr\w+|mi"
    r"|vi|vores|jeg|ons|onze|ik|noi|nostr\w+)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\?|^\W*(?:how|what|when|where|which|who|why|can|could|would|will|do|does|did|is|are|may|shall|should|wie|was|wann|wo|wer"
    r"|kann|comment|quand|où|pourquoi|est-ce|cómo|cuándo|dónde|hvordan|hvornår|hoe|wanneer|come|quando)\b",
    re.IGNORECASE,
)
COMMAND = re.compile(
    r"^\W*(?:please|pls|put|send|add|remove|cancel|change|give|tell|show|make|set|call|ring|move|switch|open|close|help|check"
    r"|look|let|stop|pause|renew|refund"
    r"|credit|bitte|schick\w*|merci de|por favor|yes|no|ok|okay|sure|thanks|thank|hello|hi|hey|bye|never mind|forget|hang on"
    r"|wait|sorry)\b",
    re.IGNORECASE,
)
WISH_NOW = re.compile(
    r"\b(?:i want|we want|i'd like|we'd like|i would like|we would like|i need|we need|can you|could you|please|i am asking"
    r"|i'm asking|ich möchte|wir möchten|je voudrais"
    r"|nous voulons|quiero|queremos|necesit\w+|refund|charged|invoice|overcharged|doesn't work|not working|error|broken|won't"
    r"|can't|cannot|couldn't|ticket|code)\b",
    re.IGNORECASE,
)
SECRET = re.compile(
    r"(?<!\d)\d{6}(?!\d)|\d{3}[ -]\d{3}\b|password|passwort|contraseña|mot de passe|\bpin\b|\biban\b|card number"
    r"|(?:\d[ -]?){13,}|\bapi key|token|@",
    re.IGNORECASE,
)
HEALTH = re.compile(
    r"\b(?:ill|sick|illness|cancer|chemo\w*|pregnan\w*|depress\w*|suicid\w*|hospital|surgery|diabet\w*|disab\w*|died|dead"
    r"|death|funeral|divorc\w*|bereave\w*|burnout|anxiety|therapy"
    r"|miscarr\w*|krank\w*|schwanger\w*|enceinte|malade|enferm\w*|embaraz\w*|syg|ziek\w*|religio\w*|union member|violent"
    r"|abus\w*)\b",
    re.IGNORECASE,
)
INJECTED = re.compile(
    r"\b(?:ignore|disregard|system prompt|instructions|you are now|assistant must|from now on you)\b|</?\w+>", re.IGNORECASE
)

KINDS: tuple[tuple[str, re.Pattern[str], float], ...] = (
    (
        "preference",
        re.compile(
            r"\b(?:i prefer|we prefer|i'd rather|we'd rather|i always|we always|we never|i never|best (?:to )?reach|reach me"
            r"|call me only|only (?:by|via|in the) \w+|prefer (?:e-?mail|phone|chat)"
            r"|like to be (?:called|addressed)|bitte nur|am liebsten|je préfère|nous préférons|prefiero|preferimos|foretrækker"
            r"|liever|preferisco)\b",
            re.IGNORECASE,
        ),
        SURE,
    ),
    (
        "plan",
        re.compile(
            r"\b(?:we(?:'re| are) (?:opening|planning|hiring|moving|merging|expanding|going to|closing|launching|taking over"
            r"|about to)|we plan to|we will (?:open|move|hire|close|grow|expand|merge)"
            r"|we'll (?:open|move|hire|close|grow|expand|merge)|next (?:spring|summer|autumn|fall|winter|year|month"
            r"|quarter) we|wir (?:eröffnen|planen|stellen)|nous (?:ouvrons|allons ouvrir|prévoyons|embauchons)|vamos a abrir"
            r"|vi åbner|we openen)\b",
            re.IGNORECASE,
        ),
        SURE,
    ),
    (
        "person",
        re.compile(
            r"\b(?:i am|i'm|my name is) (?:the |an? )?[\w' -]{0,30}?(?:owner|manager|director|head|ceo|cfo|coo|cto|accountant"
            r"|bookkeeper|administrator|admin|assistant|supervisor|founder|chef|matron|planner|scheduler|coordinator)\b"
            r"|\b(?:our|my) (?:new )?(?:accountant|bookkeeper|manager|director|it lead|hr lead|owner|deputy|boss|cfo"
            r"|payroll lead|office manager) (?:is|is called|will be)\b"
            r"|\bich bin (?:die |der )?\w*(?:leiter|inhaber|chef|geschäftsführer)\w*|\bje suis (?:le |la )?(?:gérant|directeur"
            r"|directrice|responsable|comptable|propriétaire)\w*",
            re.IGNORECASE,
        ),
        SURE,
    ),
    (
        "business",
        re.compile(
            r"\b(?:we(?:'re| are) an? |we run |we operate |we own |we have (?:\w+ ){0,2}(?:\d+|two|three|four|five|six|seven"
            r"|eight|nine|ten|twelve|twenty) |we use |our (?:company|group|team|chain|business|staff|crew|shops?|sites?|teams)"
            r" (?:is|are|has|have|work|works|run|runs|speak|speaks) |we work (?:in|with|nights|around)|we pay (?:our|staff)"
            r"|our (?:fiscal|financial) year|we employ |wir sind ein|wir haben \d+|wir nutzen|wir betreiben"
            r"|nous sommes une?|nous avons \d+|nous utilisons|somos una?|tenemos \d+|usamos|vi er en|vi har \d+|wij zijn een"
            r"|we hebben \d+|siamo un|abbiamo \d+)",
            re.IGNORECASE,
        ),
        SURE,
    ),
    (
        "situation",
        re.compile(
            r"\b(?:we(?:'re| are) (?:currently|in the middle of|still|short of|refitting|renovating|migrating|closed|snowed)"
            r"|we(?:'ve| have) (?:just|recently|lately) |our (?:season|peak|busiest)|we close (?:for|in|every)|until \w+ we)\b",
            re.IGNORECASE,
        ),
        FAIRLY,
    ),
)
SAFE_TURNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^we(?:'re| are) ", re.IGNORECASE), "They are "),
    (re.compile(r"^we(?:'ve| have) ", re.IGNORECASE), "They have "),
    (re.compile(r"^we (?=(?:run|operate|own|use|work|employ|prefer|plan|close|pay|always|never)\b)", re.IGNORECASE), "They "),
    (re.compile(r"^our ", re.IGNORECASE), "Their "),
)
STILL_FIRST_PERSON = re.compile(r"\b(?:we|we're|our|us|i|i'm|my|me|you|your)\b", re.IGNORECASE)


def facts(said: Sequence[Said], embedder: Embedder) -> list[FactDraft]:
    """The facts, in order, without repeats. Nothing that another than the customer said."""
    found: list[FactDraft] = []
    for each in said:
        if each.role != "customer":
            continue
        for first, last in spans(each.text.replace("\n", " ")):
            draft = _fact(each.text.replace("\n", " ")[first:last].strip(), each.message_id)
            if draft is not None:
                found.append(draft)
    return _distinct(found, embedder)[:MOST_FACTS]


def _fact(sentence: str, message_id: str) -> FactDraft | None:
    if not FEWEST_WORDS <= len(sentence.split()) <= MOST_WORDS or not FIRST_PERSON.search(sentence):
        return None
    refused = (QUESTION, COMMAND, WISH_NOW, SECRET, HEALTH, INJECTED)
    kind = next(((name, sure) for name, pattern, sure in KINDS if pattern.search(sentence)), None)
    if kind is None or any(pattern.search(sentence) for pattern in refused):
        return None
    return FactDraft(text=_told(sentence), kind=kind[0], confidence=kind[1], message_id=message_id)


def _told(sentence: str) -> str:
    """In the third person where only the first words need to turn, else as the customer's own words."""
    sentence = sentence.rstrip(" .!") + "."
    for pattern, words in SAFE_TURNS:
        turned = pattern.sub(words, sentence)
        if turned != sentence and not STILL_FIRST_PERSON.search(turned):
            return turned
    return f'The customer said: "{sentence}"'


def _distinct(found: Sequence[FactDraft], embedder: Embedder) -> list[FactDraft]:
    """Without those that say again what an earlier one said."""
    if len(found) < 2:
        return list(found)
    vectors = embedder.embed([draft.text for draft in found])
    kept: list[int] = []
    for place in range(len(found)):
        if not any(float(vectors[place] @ vectors[other]) > 0.93 for other in kept):
            kept.append(place)
    return [found[place] for place in kept]
