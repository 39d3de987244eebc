"""Fitted heads on disk, so that a restart fits nothing again. A file may be deleted at any time; a torn one is fitted anew."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from bot.models.embedded.kernel import Head, Shape

CODE_VERSION = "1"


def key_of(*parts: str | Iterable[str]) -> str:
    """A name for what a head was fitted on: the code's version and every text, in order."""
    digest = hashlib.sha256(CODE_VERSION.encode())
    for part in parts:
        for text in [part] if isinstance(part, str) else part:
            digest.update(b"\0" + text.encode())
        digest.update(b"\1")
    return digest.hexdigest()[:24]


class HeadStore:
    """Keeps heads in `folder` by name and key. Only the newest file of a name is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, name: str, key: str) -> Head | None:
        """The head, or None when it was never fitted on this or its file can't be read."""
        try:
            with self._path(name, key).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                return _head(dict(file))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def save(self, name: str, key: str, head: Head) -> None:
        """Writes beside and renames, so that a reader sees a whole file or none."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=self._folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **_arrays(head))
            file.flush()
            os.fsync(file.fileno())
        target = self._path(name, key)
        os.replace(scratch, target)
        for other in self._folder.glob(f"{name}.*.npz"):
            if other != target:
                other.unlink(missing_ok=True)

    def _path(self, name: str, key: str) -> Path:
        return self._folder / f"{name}.{key}.npz"


def _arrays(head: Head) -> dict[str, Any]:
    meta = {"labels": list(head.labels), "shape": asdict(head.shape), "scale": head.scale}
    arrays: dict[str, Any] = {"meta": np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)}
    arrays |= {"rarity": head.rarity, "dual": head.dual, "primal": head.primal, "offsets": head.offsets}
    for angle, (vectors, touched) in enumerate(zip(head.vectors, head.touched, strict=True)):
        arrays |= {f"vectors{angle}": vectors, f"touched{angle}": touched}
    return arrays


def _head(arrays: dict[str, Any]) -> Head:
    meta: dict[str, Any] = json.loads(arrays["meta"].tobytes())
    given: dict[str, Any] = meta["shape"]
    given["angles"] = tuple(given["angles"])
    shape = Shape(**given)
    count = len(shape.angles)
    return Head(
        labels=tuple(meta["labels"]),
        shape=shape,
        scale=meta["scale"],
        rarity=arrays["rarity"],
        dual=arrays["dual"],
        primal=arrays["primal"],
        offsets=arrays["offsets"],
        vectors=tuple(arrays[f"vectors{angle}"] for angle in range(count)),
        touched=tuple(arrays[f"touched{angle}"] for angle in range(count)),
    )
