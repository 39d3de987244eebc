"""A language model that answers in its own words, as scripted: one script a round, and every request is kept."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.checking import Checking
from bot.dialogue.help_centre import HelpCentre
from bot.dialogue.tools import Fluency
from bot.dialogue.translating import Translating
from bot.house import House
from bot.models.embedded.slots import SlotFinder
from core.conversation import Sentence
from core.language import Asked, ConverseRequest, Ended, Stop, ToolCall, Understanding, UnderstandRequest, Uttered
from skills.run import Runner
from tests.fakes.lexicon import SMALL
from tests.scenario.story_model import StoryModel

Step = str | Uttered | Exception | Callable[[], Awaitable[None]]
Script = Sequence[Step] | Callable[[ConverseRequest], Sequence[Step]]


@dataclass
class FluentScript(StoryModel):
    """Plays `rounds` in order: texts are sentences that cite nothing, exceptions are raised, functions awaited.

    A round ends as a model would end it: with `CALLS` after calls, else with `END`. `german` translates; `unsure` are texts that
    are understood as a question and, less surely, as asking for a skill.
    """

    fluent: bool = True
    rounds: list[Script] = field(default_factory=list[Script])
    requests: list[ConverseRequest] = field(default_factory=list[ConverseRequest])
    german: Mapping[str, str] = field(default_factory=dict[str, str])
    unsure: dict[str, str] = field(default_factory=dict[str, str])

    async def understand(self, request: UnderstandRequest) -> Understanding:
        understood = await super().understand(request)
        text = request.said[-1].text
        if text not in self.unsure:
            return understood
        likely = Asked(intent="question", confidence=0.5, text=text)
        return replace(understood, asked=(likely, Asked(intent=self.unsure[text], confidence=0.4, text=text)))

    async def converse(self, request: ConverseRequest) -> AsyncIterator[Uttered]:
        self.requests.append(request)
        if len(self.requests) > len(self.rounds):
            raise AssertionError(f"{len(self.rounds)} rounds are scripted, and one more is asked for")
        script = self.rounds[len(self.requests) - 1]
        stop = Stop.END
        for step in script(request) if callable(script) else script:
            match step:
                case str():
                    yield Sentence(text=step)
                case Exception():
                    raise step
                case Sentence():
                    yield step
                case ToolCall():
                    stop = Stop.CALLS
                    yield step
                case Ended():
                    yield step
                    return
                case _:
                    await step()
        yield Ended(stop=stop, model=self.name)

    async def translate(self, texts: Sequence[str], language: str) -> Sequence[str] | None:
        return [self.german[text] for text in texts] if all(text in self.german for text in texts) else None


@dataclass
class KeptOnce:
    """Keeps answers in a dictionary."""

    answers: dict[tuple[str, str], Sequence[Sentence]] = field(default_factory=dict[tuple[str, str], Sequence[Sentence]])

    async def get(self, question: str, language: str) -> Sequence[Sentence] | None:
        return self.answers.get((question, language))

    async def put(self, question: str, language: str, sentences: Sequence[Sentence]) -> None:
        self.answers[(question, language)] = tuple(sentences)


def fluent_house(house: House, model: FluentScript, *, kept: KeptOnce | None = None) -> House:
    """The house with what a fluent model needs around it."""
    tools = house.turns.tools
    assert isinstance(tools.actions, Runner)
    assert isinstance(tools.help, HelpCentre)
    fluency = Fluency(
        finding=tools.help,
        checking=Checking(),
        translating=Translating(model=model),
        values=SlotFinder(lexicon=SMALL),
        may_ask=tools.actions.proposer.may_ask,
        kept=kept or KeptOnce(),
    )
    return replace(house, turns=replace(house.turns, tools=replace(tools, fluency=fluency)))
