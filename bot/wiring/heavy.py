"""What is loaded once and shared: the sentence model, the embedded language model, the demo company, the policies."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.ask.play import Mind
from bot.dialogue.bringing_up import intents_of
from bot.models.embedded.model import EmbeddedModel
from core.config import Config
from core.embedding import Embedder
from core.language import IntentSpec, LanguageModel
from governance.gate import Gate
from knowledge.articles import decode, parse
from knowledge.embedder import MiniLmEmbedder
from knowledge.vector_cache import VectorCache
from skills.billing.pricebook import InternalTerms
from skills.billing.prices import PriceList
from skills.catalogue import CATALOGUE, intents
from skills.examples import near_misses
from skills.procedures.published import bodies, library, parsed
from skills.sandbox.data import CompanyData

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Heavy:
    """`filed` embeds what may be kept on disk (articles, examples); `embedder` what customers write."""

    embedder: Embedder
    filed: Embedder
    model: LanguageModel
    gate: Gate
    company: CompanyData
    prices: PriceList
    terms: InternalTerms

    async def warm(self) -> None:
        """Loads the sentence model and fits or loads what was learned from examples."""
        await asyncio.to_thread(self._warm)

    def _warm(self) -> None:
        self.embedder.embed(["ready"])
        if isinstance(self.model, EmbeddedModel):
            self.model.warm(asked_for())

    @property
    def mind(self) -> Mind:
        many = self.model.understand_many if isinstance(self.model, EmbeddedModel) else None
        return Mind(model=self.model, intents=asked_for(), many=many)


def asked_for() -> tuple[IntentSpec, ...]:
    """Everything that customers can ask for: the skills, and the cases of the shipped procedures."""
    return (*intents(), *intents_of(library()))


def load(config: Config) -> Heavy:
    """Loads it all; a second or two once the caches are made."""
    cache = Path(config.models.cache)
    embedder = MiniLmEmbedder(cache / "models")
    filed = VectorCache(embedder, cache / "vectors.db")
    model = EmbeddedModel(
        embedder=embedder,
        filed=filed,
        question_examples=_asked(config.knowledge.paths),
        lexicon=Path(config.demo.folder) / "lexicon.toml",
        hard_questions=near_misses().get("question", ()),
        cases=[text for name, body in bodies().items() for text in parsed(body, name).examples],
        cache_dir=cache / "heads",
        today=lambda: START,
    )
    return replace(light(config, model, embedder), filed=filed)


def light(config: Config, model: LanguageModel, embedder: Embedder) -> Heavy:
    """The same around a model and an embedder that are given."""
    company = CompanyData.load(Path(config.demo.folder))
    return Heavy(
        embedder=embedder,
        filed=embedder,
        model=model,
        gate=Gate.load(skills={skill.id: skill.effect for skill in CATALOGUE}),
        company=company,
        prices=company.terms.prices,
        terms=company.terms.internal,
    )


def _asked(folders: Sequence[str]) -> list[str]:
    """What customers ask, as the public articles say: examples of a question to the help centre."""
    found: list[str] = []
    for file in sorted(file for folder in folders for file in Path(folder).rglob("*.md")):
        article = parse(decode(file.read_bytes(), str(file)), file=str(file))
        if article.audience == "public":
            found.extend(question for section in article.sections for question in section.asked)
    return found
