from pathlib import Path

import pytest

from bot.models.embedded.model import EmbeddedModel
from core.language import IntentSpec, LanguageModel, PhraseRequest, Said, UnderstandRequest
from knowledge.vector_cache import HashEmbedder
from tests.fakes.lexicon import SMALL
from tests.unit.models.conftest import INTENTS, make, thin


async def test_it_is_a_language_model(model: EmbeddedModel) -> None:
    port: LanguageModel = model
    seen = await port.understand(UnderstandRequest(said=[Said(role="customer", text="call me")], intents=INTENTS))
    assert seen.intent == "book_callback"
    assert [sentence async for sentence in port.phrase(PhraseRequest(question="x", language="en", sources=()))] == []
    facts = await port.distil([Said(role="customer", text="We run two cafés.", message_id="m")])
    assert [fact.message_id for fact in facts] == ["m"]
    assert "call me" in await port.summarise([Said(role="customer", text="call me")])


def test_many_are_understood_as_each_alone(model: EmbeddedModel) -> None:
    texts = ("call me", "send me the invoice", "how do I change my password", "put us on Team")
    requests = [UnderstandRequest(said=[Said(role="customer", text=text)], intents=INTENTS) for text in texts]
    together = model.understand_many(requests)
    alone = [model.understand_many([request])[0] for request in requests]
    assert [each.intent for each in together] == [each.intent for each in alone]
    assert [each.confidence for each in together] == pytest.approx([each.confidence for each in alone], abs=1e-3)


def test_requests_with_different_skills_may_come_together(model: EmbeddedModel) -> None:
    said = [Said(role="customer", text="call me")]
    fewer: tuple[IntentSpec, ...] = INTENTS[:2]
    found = model.understand_many([UnderstandRequest(said=said, intents=INTENTS), UnderstandRequest(said=said, intents=fewer)])
    assert found[0].intent == "book_callback"
    assert found[1].intent != "book_callback"


def test_a_restart_loads_what_was_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thin(monkeypatch)
    make(tmp_path)
    files = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    embedder = HashEmbedder()
    again = EmbeddedModel(embedder=embedder, question_examples=(), lexicon=SMALL, cache_dir=tmp_path)
    assert embedder.asked == []
    assert make(tmp_path).name == again.name
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
