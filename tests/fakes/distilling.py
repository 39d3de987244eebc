"""A model that distils what a test tells it to."""

from collections.abc import Mapping, Sequence

from core.errors import Unavailable
from core.language import FactDraft, Said


class DistillingModel:
    """Gives, for each customer message with these words, a draft of this kind; `down` makes it unavailable, `trips_over`
    only for conversations with these words."""

    name = "distilling"

    def __init__(self, kinds: Mapping[str, str], confidence: float = 0.9) -> None:
        self.kinds = kinds
        self.confidence = confidence
        self.down = False
        self.trips_over = ""

    async def distil(self, said: Sequence[Said]) -> Sequence[FactDraft]:
        if self.down or any(self.trips_over and self.trips_over in each.text for each in said):
            raise Unavailable("The model is down.")
        return [
            FactDraft(text=each.text, kind=kind, confidence=self.confidence, message_id=each.message_id)
            for each in said
            for words, kind in self.kinds.items()
            if words in each.text
        ]
