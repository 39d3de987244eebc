"""The catalogue is whole: every skill can be understood, judged and told apart."""

import re
from collections import Counter

import pytest

from core.errors import NotFound
from governance.policy import FOLDER, LISTED, SCHEMA
from skills.catalogue import CATALOGUE, by_id, find, intents
from skills.contract import Skill
from skills.examples import near_misses
from skills.propose import WHO_MAY_ASK
from skills.scopes import RIGHTS
from tests.unit.skills.house import gate

UNASKED = {"send_code", "raise_offer"}
FOREIGN = re.compile(
    r"\b(?:wir|uns|bitte|unser\w*|nous|notre|vous|votre|nuestr\w+|queremos|quiero|vores|vil|ons|onze|graag|kosten|wäre|combien|cuánto|hvad|gibt|hay|vorremmo|vogliamo|nostr\w+)\b",
    re.IGNORECASE,
)


def test_every_skill_that_policy_lists_is_there_with_the_same_effect() -> None:
    schema = (FOLDER / SCHEMA).read_text(encoding="utf-8")
    listed = {name.strip(): group for names, group in LISTED.findall(schema) for name in names.split(",")}
    assert {skill.id: skill.effect.value for skill in CATALOGUE} == listed


def test_ids_are_unique_and_found() -> None:
    assert len(by_id()) == len(CATALOGUE)
    assert find("add_seats").id == "add_seats"
    with pytest.raises(NotFound):
        find("make_coffee")


@pytest.mark.parametrize("skill", CATALOGUE, ids=lambda skill: skill.id)
def test_a_skill_is_whole(skill: Skill) -> None:
    known = {f"{port}:{right}" for port, rights in RIGHTS.items() for right in rights.values()} | {"terms:read"}
    assert skill.scopes <= known
    assert skill.title
    assert skill.description.endswith(".")
    assert len({slot.name for slot in skill.slots}) == len(skill.slots)
    assert all(slot.ask.endswith(("?", ".")) for slot in skill.slots)


@pytest.mark.parametrize("skill", [skill for skill in CATALOGUE if skill.id not in UNASKED], ids=lambda skill: skill.id)
def test_a_skill_is_asked_for_in_many_words(skill: Skill) -> None:
    examples = skill.intent.examples
    assert 30 <= len(examples) <= 110
    assert len({each.casefold() for each in examples}) == len(examples)
    assert sum(1 for each in examples if FOREIGN.search(each)) >= 1


def test_no_example_stands_for_two_things() -> None:
    counts = Counter(example.casefold() for intent in intents() for example in intent.examples)
    counts.update(text.casefold() for texts in near_misses().values() for text in texts)
    assert [text for text, count in counts.items() if count > 1] == []


def test_near_misses_are_questions() -> None:
    assert set(near_misses()) == {"question"}
    assert len(near_misses()["question"]) >= 60


def test_what_nobody_asks_for_is_no_intent() -> None:
    assert {intent.name for intent in intents()} == {skill.id for skill in CATALOGUE} - UNASKED


def test_who_may_ask_is_what_the_identity_rules_say() -> None:
    identity = (FOLDER / "identity.cedar").read_text(encoding="utf-8")
    forbids = re.findall(r'@id\("(\w+)"\)(?:(?!@id).)*?^forbid', identity, re.DOTALL | re.MULTILINE)
    by_argument = {"step_up", "from_document", "from_tool", "content_tells", "raised_by_model", "money_from_model"}
    assert set(forbids) - by_argument == WHO_MAY_ASK
    assert {rule.id for rule in gate().rules} >= WHO_MAY_ASK
