"""The tools that a model is offered: the same bytes every time, closed, and nothing that isn't the customer's to ask for."""

import hashlib
import json
from typing import cast

import pytest

from bot.dialogue.tool_list import faults, spec_of, tool_list
from core.language import ToolSpec
from skills.catalogue import CATALOGUE, find
from skills.contract import Skill


def dumped(specs: tuple[ToolSpec, ...]) -> str:
    return json.dumps([[each.name, each.description, each.schema] for each in specs])


def everything(skill: Skill) -> bool:
    return True


def test_the_list_is_the_same_whatever_the_order_of_the_catalogue() -> None:
    plain, turned = tool_list(CATALOGUE, everything), tool_list(reversed(CATALOGUE), everything)
    assert hashlib.sha256(dumped(plain).encode()).digest() == hashlib.sha256(dumped(turned).encode()).digest()
    assert (plain[0].name, plain[-1].name) == ("search_help", "hand_over")


def test_what_only_the_house_brings_up_is_never_offered() -> None:
    names = {each.name for each in tool_list(CATALOGUE, everything)}
    assert names.isdisjoint({"raise_offer", "send_code", "apply_save_offer", "grant_discount"})
    assert {"get_account", "add_seats", "refund_payment"} <= names


def test_a_person_is_offered_what_they_may_ask_for() -> None:
    names = [each.name for each in tool_list(CATALOGUE, lambda skill: skill.id == "price_seats")]
    assert names == ["search_help", "plan", "price_seats", "hand_over"]


@pytest.mark.parametrize("skill", CATALOGUE, ids=lambda skill: skill.id)
def test_every_schema_is_closed_and_wants_every_key(skill: Skill) -> None:
    schema = spec_of(skill).schema
    assert schema["additionalProperties"] is False
    properties = cast(dict[str, object], schema["properties"])
    assert schema["required"] == list(properties)
    assert "code" not in properties


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"seats": 5, "quantity": None}, ""),
        ({"seats": "5"}, ""),
        ({}, ""),
        ({"seats": True}, "seats must be a whole number or null."),
        ({"seats": 5.5}, "seats must be a whole number or null."),
        ({"seats": [5]}, "seats must be a whole number or null."),
        ({"seats": 5, "account": "ACC-002"}, "add_seats takes no account: it takes quantity, seats."),
    ],
)
def test_arguments_are_judged(arguments: dict[str, object], fault: str) -> None:
    assert faults(spec_of(find("add_seats")), arguments) == fault


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"region": "Mars"}, "region must be one of"),
        ({"region": 7}, "region must be text"),
        ({"region": "x" * 3000}, "region must be text"),
        ({"region": None}, ""),
    ],
)
def test_choices_are_judged(arguments: dict[str, object], fault: str) -> None:
    said = faults(spec_of(find("move_region")), arguments)
    assert said.startswith(fault)
    assert bool(said) == bool(fault)
