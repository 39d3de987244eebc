"""The port to models that turn text into vectors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into unit vectors, in order: an array of one row of `dimensions` floats a text."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]": ...
