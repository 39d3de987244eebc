"""Money in integer minor units with its currency. Never a float."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from core.errors import BadInput

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True, order=False)
class Money:
    """An amount in cents (or the currency's hundredth), which may be negative for a credit."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Self:
        """Makes money from a decimal amount in major units, rounding half up to the minor unit."""
        minor = (Decimal(amount) * 100).to_integral_value(ROUND_HALF_UP)
        return cls(int(minor), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def times(self, numerator: int | Decimal, denominator: int = 1) -> "Money":
        """The amount times a fraction, rounded half up to the minor unit."""
        exact = Decimal(self.minor) * Decimal(numerator) / Decimal(denominator)
        return Money(int(exact.to_integral_value(ROUND_HALF_UP)), self.currency)

    def __str__(self) -> str:
        symbol = SYMBOLS.get(self.currency, self.currency + " ")
        sign = "-" if self.minor < 0 else ""
        major, cents = divmod(abs(self.minor), 100)
        return f"{sign}{symbol}{major:,}.{cents:02d}"

    @property
    def short(self) -> str:
        """As it is read in a sentence: whole amounts without cents ($1,680), others with them ($38.40)."""
        return str(self) if self.minor % 100 else str(self)[:-3]

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise BadInput(f"Can't combine {self.currency} with {other.currency}: convert one of them first.")
        return other.minor
