"""The words of the company that Rapport serves: its plans, add-ons, seats and document numbers. Data, read from a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from core.errors import BadInput


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Names by catalogue id. `plans` and `addons` list what each is called, their own names first.

    `needs` lists, by add-on, sentences that describe the need that it serves. `common_names` are plan names that are also
    everyday words ('team') and count only where a plan can stand. `upsell` lists needs by what there can be more of.
    """

    plans: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    addons: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    upsell: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    common_names: frozenset[str] = frozenset()
    product_words: frozenset[str] = frozenset()
    invoice_prefix: str = "INV-"
    account_prefix: str = "ACC-"

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Reads a lexicon file. Raises `BadInput` naming the file when it can't be read."""
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadInput(f"The lexicon {path} can't be read ({error}): mend the file or name another.") from error
        return cls(
            plans=_lists(given, "plans", path),
            addons=_lists(given, "addons", path),
            needs=_lists(given, "needs", path),
            upsell=_lists(given, "upsell", path),
            common_names=frozenset(_words(given, "common_names", path)),
            product_words=frozenset(_words(given, "product_words", path)),
            invoice_prefix=str(given.get("invoice_prefix", "INV-")),
            account_prefix=str(given.get("account_prefix", "ACC-")),
        )

    @property
    def titles(self) -> Mapping[str, str]:
        """The own name of each plan and add-on, by catalogue id."""
        return {each: called[0] for each, called in [*self.plans.items(), *self.addons.items()] if called}

    def own_words(self) -> frozenset[str]:
        """Lower-case words that are names and say nothing about the language of a text."""
        names = [name for table in (self.plans, self.addons) for each in table.values() for name in each]
        return frozenset(word for name in names for word in name.lower().split()) | self.product_words


def _lists(given: Mapping[str, object], table: str, path: Path) -> dict[str, tuple[str, ...]]:
    inner = given.get(table, {})
    if not isinstance(inner, dict):
        raise BadInput(f"{path}: [{table}] must be a table of lists of words.")
    entries = cast(Mapping[str, object], inner)
    return {name: tuple(_words(entries, name, path)) for name in entries}


def _words(given: Mapping[str, object], name: str, path: Path) -> list[str]:
    words = given.get(name, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in cast(list[object], words)):
        raise BadInput(f"{path}: {name} must be a list of words.")
    return cast(list[str], words)
