"""An embedder without a model: words hashed to directions, so that texts which share words are near each other."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class HashingEmbedder:
    """Deterministic; the vectors have unit length, and an empty text is all zeros."""

    name = "hashing"

    def __init__(self, dimensions: int = 256) -> None:
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._one(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)

    def _one(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimensions, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word[:6].encode()) % self.dimensions] += 1.0
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector
