"""JSON schemas as strict mode takes them: closed objects, and constraints that it can't enforce told in the description."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

Schema = Mapping[str, object]

NESTED = frozenset({"properties", "$defs", "definitions"})
CHOICES = {"anyOf": "anyOf", "oneOf": "anyOf", "allOf": "allOf"}
PLAIN = frozenset({"type", "required", "enum", "const", "$ref", "description", "title"})
FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"})
UNSAID = frozenset({"additionalProperties", "$schema", "$id", "$comment", "default", "examples"})

MOST_STRICT, MOST_OPTIONAL, MOST_UNIONS = 20, 24, 16
"""What one request may hold in strict tools: tools, optional properties and properties of several types, all together."""


def accepted(schema: Schema) -> dict[str, object]:
    """The same schema in the subset of strict mode. Keywords are sorted; properties keep their order, which answers follow."""
    made: dict[str, object] = {}
    told: list[str] = []
    for keyword in sorted(schema):
        value = schema[keyword]
        if keyword in NESTED:
            made[keyword] = {name: accepted(each) for name, each in cast("Mapping[str, Schema]", value).items()}
        elif keyword in CHOICES:
            made[CHOICES[keyword]] = [accepted(each) for each in cast("Sequence[Schema]", value)]
        elif keyword == "items":
            made[keyword] = accepted(cast("Schema", value))
        elif _taken(keyword, value):
            made[keyword] = value
        elif keyword not in UNSAID:
            told.append(f"{keyword} {json.dumps(value, sort_keys=True, default=str)}")
    if made.get("type") == "object" or "properties" in made:
        made["additionalProperties"] = False
        made.setdefault("properties", {})
    if told:
        made["description"] = " ".join((str(made.get("description", "")), f"({'; '.join(told)})")).strip()
    return made


def steady(schema: Schema) -> dict[str, object]:
    """The schema with every key in alphabetical order, so that its bytes don't depend on how it was put together."""
    return cast("dict[str, object]", json.loads(json.dumps(schema, sort_keys=True)))


def strict_ones(schemas: Iterable[Schema]) -> list[bool]:
    """For each schema, in order, whether it can be strict: an object, and within what a request may hold."""
    strict: list[bool] = []
    optional = unions = 0
    for schema in schemas:
        more_optional, more_unions = _counted(schema)
        fits = (
            schema.get("type") == "object"
            and sum(strict) < MOST_STRICT
            and optional + more_optional <= MOST_OPTIONAL
            and unions + more_unions <= MOST_UNIONS
        )
        if fits:
            optional, unions = optional + more_optional, unions + more_unions
        strict.append(fits)
    return strict


def _taken(keyword: str, value: object) -> bool:
    if keyword == "format":
        return value in FORMATS
    if keyword == "minItems":
        return value in (0, 1)
    return keyword in PLAIN


def _counted(schema: object) -> tuple[int, int]:
    """How many optional properties and how many unions a schema has, at any depth."""
    if isinstance(schema, list):
        return _sum(_counted(each) for each in cast("list[object]", schema))
    if not isinstance(schema, dict):
        return 0, 0
    node = cast("dict[str, object]", schema)
    properties, required = node.get("properties"), node.get("required")
    optional = (len(cast("dict[str, object]", properties)) if isinstance(properties, dict) else 0) - (
        len(cast("list[object]", required)) if isinstance(required, list) else 0
    )
    union = "anyOf" in node or isinstance(node.get("type"), list)
    below = _sum(_counted(each) for each in node.values())
    return max(optional, 0) + below[0], int(union) + below[1]


def _sum(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    both = list(counts)
    return sum(first for first, _ in both), sum(second for _, second in both)
