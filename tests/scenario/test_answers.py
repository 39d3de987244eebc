"""Answers from the help centre: quoted with offsets, framed in the customer's language, dropped when nothing stands."""

import pytest

from bot.dialogue.wording import speaks
from bot.wiring.worlds import FreshWorlds
from core.conversation import Citation, Sentence
from core.language import Act
from knowledge import shelf
from knowledge.keywords import Readers
from tests.fakes.model import Meant
from tests.scenario.conftest import Meet

QUESTION = "How many characters must a password have?"


async def source_of(worlds: FreshWorlds, article: str) -> str:
    readers = Readers(tenant=worlds.config.tenant.id, audience=frozenset({"public"}))
    return await worlds.knowledge.read(lambda conn: shelf.get(conn, readers, article).source)


async def test_an_answer_quotes_its_source_to_the_character(meet: Meet, worlds: FreshWorlds) -> None:
    story = await meet(None)
    reply = await story.says(QUESTION)
    citation = reply.sentences[0].citations[0]
    source = await source_of(worlds, citation.article)
    assert source[citation.start : citation.end] == citation.quote
    retrieved = [str(each) for record in await story.records() for each in record.retrieved]
    assert any(each.startswith(f"{citation.article}#") for each in retrieved)


async def test_a_sentence_without_support_is_dropped_and_the_rest_stands(meet: Meet) -> None:
    story = await meet(None)
    good = (await story.says(QUESTION)).sentences[0]
    invented = Sentence(text="Passwords may be shared with up to 40 friends.", citations=good.citations)
    uncited = Sentence(text="It was always so.")
    story.model.phrased = (good, invented, uncited)
    reply = await story.says(f"{QUESTION} Again.")
    assert [each.text for each in reply.sentences if each.approved != "conduct.again"] == [good.text]
    assert 2 in [each.understood.get("dropped") for each in await story.records()]


async def test_a_citation_that_doesnt_exist_supports_nothing(meet: Meet) -> None:
    story = await meet(None)
    good = (await story.says(QUESTION)).sentences[0].citations[0]
    false = Citation(article=good.article, heading=good.heading, start=0, end=9, quote="You may share your password.")
    nowhere = Citation(article="no-such-article", heading="", start=0, end=9, quote="Password")
    internal = Citation(article="credits-internal", heading="", start=0, end=9, quote="The zebra")
    for number, citation in enumerate((false, nowhere, internal)):
        story.model.phrased = (Sentence(text="You may share your password.", citations=(citation,)),)
        reply = await story.says(f"{QUESTION} Again, {number}.")
        assert [each.approved for each in reply.sentences if each.citations] == []
        assert "share your password" not in reply.text


async def test_a_model_that_calls_its_own_words_approved_is_not_believed(meet: Meet) -> None:
    story = await meet(None)
    good = (await story.says(QUESTION)).sentences[0]
    story.model.phrased = (good, Sentence(text="Passwords may be shared.", approved="card.check"))
    reply = await story.says(f"{QUESTION} Again.")
    assert [each.text for each in reply.sentences if each.approved != "conduct.again"] == [good.text]


async def test_when_nothing_stands_it_says_so_and_then_a_person_comes(meet: Meet) -> None:
    story = await meet(None)
    story.model.phrased = ()
    first = await story.says(QUESTION)
    assert [each.approved for each in first.sentences] == ["answer.none"]
    assert all(not each.citations for each in first.sentences)
    replies = [await story.says(f"{QUESTION} ({number})") for number in range(3)]
    assert any(each.handoff is not None and each.handoff.reason == "repeated_failure" for each in replies)


async def test_what_staff_alone_may_know_is_not_told(meet: Meet) -> None:
    story = await meet(None)
    reply = await story.says("Does the zebra committee decide goodwill credits in its secret Tuesday meeting?")
    assert "zebra" not in reply.text.lower()
    assert all("internal" not in citation.article for each in reply.sentences for citation in each.citations)


@pytest.mark.parametrize("language", ["de", "fr", "es", "da", "nl", "it"])
async def test_a_skill_that_speaks_english_is_framed_once(meet: Meet, language: str) -> None:
    story = await meet("ACC-003")
    asked = Meant(intent="give_credit", slots={"amount": "15 USD"}, language=language)
    card = await story.says("Bitte, s'il vous plaît: 15", asked)
    frames = [each for each in card.sentences if each.approved == "frame.skill"]
    assert len(frames) == 1
    assert frames[0].text.endswith(":")
    assert card.sentences[-1] == frames[0]
    assert card.sentences[0].approved == "card.check"
    assert speaks("frame.skill", language)
    done = await story.says("Ja, oui, sí", Meant(intent="none", act=Act.AFFIRM, language=language))
    assert done.sentences[0].approved == "frame.skill"
    assert [each.approved for each in done.sentences].count("frame.skill") == 1


async def test_what_is_said_in_the_customers_language_needs_no_frame(meet: Meet) -> None:
    story = await meet("ACC-003")
    for text, meant in (
        ("Hallo", Meant(intent="none", act=Act.GREET, language="de")),
        ("Danke", Meant(intent="none", act=Act.THANKS, language="de")),
    ):
        reply = await story.says(text, meant)
        assert [each.approved for each in reply.sentences if each.approved == "frame.skill"] == []
    english = await story.asks_for("A credit of 15 USD.", "give_credit", {"amount": "15 USD"})
    assert "frame.skill" not in [each.approved for each in english.sentences]


async def test_an_approvals_outcome_is_framed_too(meet: Meet) -> None:
    story = await meet("ACC-003")
    await story.says("Ich wurde doppelt belastet.", Meant(intent="find_double_charge", language="de"))
    await story.world.decide("billing_lead", True)
    assert any("nur auf Englisch" in each and "INV-7007" in each for each in await story.notices())
