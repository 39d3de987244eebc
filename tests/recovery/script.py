"""What customers send: an endless, seeded mix of questions and of credits that are asked for and confirmed."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.recovery.house import MOST_CREDITS, PERSON, QUESTIONS, ROOT, YES, Customer, credit

PERSON_AFTER = 12


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a conversation. `credits` says that, once it is done, a credit was given."""

    conversation: str
    id: str
    customer: Customer
    text: str = ""
    press: str | None = None
    credits: bool = False

    @property
    def name(self) -> tuple[str, str]:
        return self.conversation, self.id

    def line(self) -> bytes:
        """As the child reads it."""
        body = {"c": self.conversation, "m": self.id, "account": self.customer.account, "contact": self.customer.contact}
        body |= {"press": self.press} if self.press else {"text": self.text}
        return (json.dumps(body) + "\n").encode()


def customers() -> list[Customer]:
    """The Owners of the demo company's active customers that pay in US dollars."""
    found: list[Customer] = []
    for account in json.loads((ROOT / "demo/halcyon/accounts.json").read_text(encoding="utf-8"))["accounts"]:
        owners = [each["id"] for each in account["contacts"] if each["active"] and each["role"] == "Owner"]
        if owners and account["status"] == "active" and account["currency"] == "USD":
            found.append(Customer(account=account["id"], contact=owners[0]))
    return found


@dataclass
class Script:
    """Writes the conversations. Two questions in a row may come in the wrong order; every tenth customer wants a person."""

    seed: int
    conversations: int
    given: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        people = customers()
        self._streams = {
            f"c{number:03}": self._messages(f"c{number:03}", people[number % len(people)], wants_person=number % 10 == 9)
            for number in range(self.conversations)
        }

    def names(self) -> list[str]:
        return list(self._streams)

    def next(self, conversation: str) -> Message:
        """The conversation's next message."""
        return next(self._streams[conversation])

    def _messages(self, conversation: str, customer: Customer, *, wants_person: bool) -> Iterator[Message]:
        written = 0
        questions = self._questions()

        def message(text: str = "", press: str | None = None, *, credits: bool = False) -> Message:
            nonlocal written
            written += 1
            return Message(
                conversation=conversation, id=f"m{written:04}", customer=customer, text=text, press=press, credits=credits
            )

        while not wants_person or written < PERSON_AFTER:
            roll = self._random.random()
            if roll < 0.45 and self.given[customer.account] < MOST_CREDITS:
                yield message(credit(self.given[customer.account]))
                self.given[customer.account] += 1
                yield message(YES, credits=True) if self._random.random() < 0.5 else message(press="confirm", credits=True)
            elif roll < 0.6:
                first, second = message(next(questions)), message(next(questions))
                yield second
                yield first
            else:
                yield message(next(questions))
        yield message(PERSON)
        while True:
            yield message(next(questions))

    def _questions(self) -> Iterator[str]:
        """All questions in turn, shuffled anew each time: never the same one three times in a row."""
        while True:
            yield from self._random.sample(QUESTIONS, len(QUESTIONS))
