"""The conditions of procedures: comparisons, `in`, and/or/not over named values. Parsed, never evaluated as code."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from core.action import Scalar
from core.errors import BadInput

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)"
    r"|(?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))"
)
CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "none": None}
RESERVED = frozenset({"and", "or", "not", "in", *CONSTANTS})
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
DEEPEST = 20

Scope = Mapping[str, Scalar]


@dataclass(frozen=True)
class Literal:
    """A value as it is written."""

    value: Scalar


@dataclass(frozen=True)
class Name:
    """A slot (`seats`) or a field of a step's result (`account.plan`)."""

    path: str


@dataclass(frozen=True)
class Not:
    """The opposite."""

    inner: "Expression"


@dataclass(frozen=True)
class Joined:
    """`and` or `or`."""

    word: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Compared:
    """Two values and the sign between them."""

    sign: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Within:
    """Whether a value is one of those listed."""

    value: "Expression"
    members: tuple["Expression", ...]


Expression = Literal | Name | Not | Joined | Compared | Within


def parse(text: str) -> Expression:
    """The expression that a text spells. Raises `BadInput` with the place where it can't be read."""
    reader = _Reader(_tokens(text), text)
    found = reader.either(0)
    reader.end()
    return found


def value_of(expression: Expression, scope: Scope) -> Scalar:
    """What it comes to. A name without a value is none; ordering anything with none, or text with a number, is false."""
    match expression:
        case Literal(value=value):
            return value
        case Name(path=path):
            return scope.get(path)
        case Not(inner=inner):
            return not value_of(inner, scope)
        case Joined(word=word, left=left, right=right):
            first = bool(value_of(left, scope))
            return (first and bool(value_of(right, scope))) if word == "and" else (first or bool(value_of(right, scope)))
        case Compared(sign=sign, left=left, right=right):
            return _compared(sign, value_of(left, scope), value_of(right, scope))
        case Within(value=value, members=members):
            return value_of(value, scope) in [value_of(each, scope) for each in members]


def holds(expression: Expression | None, scope: Scope) -> bool:
    """Whether a condition is met; one that isn't there always is."""
    return expression is None or bool(value_of(expression, scope))


def names_in(expression: Expression) -> Iterator[str]:
    """Every name that the expression reads."""
    match expression:
        case Literal():
            return
        case Name(path=path):
            yield path
        case Not(inner=inner):
            yield from names_in(inner)
        case Joined(left=left, right=right) | Compared(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)
        case Within(value=value, members=members):
            for each in (value, *members):
                yield from names_in(each)


def comparisons_in(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Every pair of values that are held against each other."""
    match expression:
        case Literal() | Name():
            return
        case Not(inner=inner):
            yield from comparisons_in(inner)
        case Joined(left=left, right=right):
            yield from comparisons_in(left)
            yield from comparisons_in(right)
        case Compared(left=left, right=right):
            yield left, right
        case Within(value=value, members=members):
            for each in members:
                yield value, each


def _compared(sign: str, left: Scalar, right: Scalar) -> bool:
    if sign == "==":
        return left == right
    if sign == "!=":
        return left != right
    if isinstance(left, str) and isinstance(right, str):
        return _ordered(sign, (left > right) - (left < right))
    if isinstance(left, int) and isinstance(right, int):
        return _ordered(sign, left - right)
    return False


def _ordered(sign: str, difference: int) -> bool:
    results = {"<": difference < 0, ">": difference > 0, "<=": difference <= 0, ">=": difference >= 0}
    return results[sign]


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise BadInput(
                f"{text!r} can't be read at {text[place:].strip()[:12]!r}: write names, values, comparisons, and/or/not."
            )
        found.append(match.group().strip())
        place = match.end()
    return found


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._place = 0

    def either(self, depth: int) -> Expression:
        return self._chain("or", self._both, depth)

    def end(self) -> None:
        if self._next() is not None:
            raise self._wrong(f"{self._next()!r} is too much")

    def _both(self, depth: int) -> Expression:
        return self._chain("and", self._negated, depth)

    def _chain(self, word: str, inner: Callable[[int], Expression], depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._wrong("it is nested too deeply")
        left = inner(depth + 1)
        while self._take(word):
            left = Joined(word, left, inner(depth + 1))
        return left

    def _negated(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self._wrong("it is nested too deeply")
        if self._take("not"):
            return Not(self._negated(depth + 1))
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Expression:
        left = self._value(depth)
        following = self._next()
        if following in COMPARISONS:
            self._place += 1
            return Compared(following, left, self._value(depth))
        negated = self._take("not")
        if self._take("in"):
            within = Within(left, self._members(depth))
            return Not(within) if negated else within
        if negated:
            raise self._wrong("`not` is followed by something else than `in`")
        return left

    def _members(self, depth: int) -> tuple[Expression, ...]:
        self._need("[")
        members = [self._value(depth)]
        while self._take(","):
            members.append(self._value(depth))
        self._need("]")
        return tuple(members)

    def _value(self, depth: int) -> Expression:
        token = self._next()
        if token is None:
            raise self._wrong("a value is missing at its end")
        self._place += 1
        if token == "(":
            inner = self.either(depth + 1)
            self._need(")")
            return inner
        if token.isdigit():
            return Literal(int(token))
        if token[0] in "'\"":
            return Literal(token[1:-1])
        if token in CONSTANTS:
            return Literal(CONSTANTS[token])
        if token in RESERVED or not token[0].isalpha():
            raise self._wrong(f"{token!r} stands where a value should")
        return Name(token)

    def _next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, token: str) -> bool:
        if self._next() != token:
            return False
        self._place += 1
        return True

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise self._wrong(f"{token!r} is missing")

    def _wrong(self, why: str) -> BadInput:
        return BadInput(f"{self._text!r} can't be read: {why}.")
