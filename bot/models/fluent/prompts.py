"""The prompts: versioned files beside this module, checked when they are loaded, each known by its version and its hash."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template
from types import MappingProxyType

from bot.models.provider import Role
from core.errors import BadInput

FOLDER = Path(__file__).with_name("prompts")
NAMES = ("dialogue", "understanding", "drafting", "translation", "distillation", "summary")
KEYS = ("name", "version", "role", "for")
PLACES = frozenset({"company", "assistant"})
HASH_LETTERS = 12

_FRONT = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class PromptFile:
    """One prompt as it stands in its file. `sha256` is taken over the whole file, with line ends as on Unix."""

    name: str
    version: int
    role: Role
    purpose: str
    text: str
    sha256: str

    @property
    def label(self) -> str:
        """Version and the first letters of the hash: what answers are recorded with."""
        return f"{self.version}:{self.sha256[:HASH_LETTERS]}"

    def filled(self, house: Mapping[str, str]) -> str:
        """The text with the names of the house."""
        return Template(self.text).substitute(house).strip()


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """All prompts by name."""

    files: Mapping[str, PromptFile]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Prompts":
        """Reads every prompt that is needed. Raises `BadInput` that names the file and what is wrong with it."""
        read = {name: _read(folder / f"{name}.md", name) for name in NAMES}
        return cls(files=MappingProxyType(read))

    def __getitem__(self, name: str) -> PromptFile:
        return self.files[name]

    def versions(self) -> Mapping[str, str]:
        """What is live, by the kind under which the registry keeps it."""
        return self._versions

    @cached_property
    def _versions(self) -> Mapping[str, str]:
        return MappingProxyType({f"prompt.{name}": each.label for name, each in sorted(self.files.items())})


def _read(path: Path, name: str) -> PromptFile:
    try:
        whole = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The prompt {path} can't be read ({error}): put the file back.") from error
    front = _FRONT.match(whole)
    if front is None:
        raise BadInput(f"{path}: a prompt opens with lines between two --- that give {', '.join(KEYS)}.")
    head = _head(front["head"], path)
    if head["name"] != name:
        raise BadInput(f"{path}: the name must be {name}, like the file's.")
    return PromptFile(
        name=name,
        version=_version(head["version"], path),
        role=_role(head["role"], path),
        purpose=head["for"],
        text=_text(front["text"], path),
        sha256=hashlib.sha256(whole.encode()).hexdigest(),
    )


def _head(text: str, path: Path) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\n"))
    head = {key.strip(): value.strip() for key, _, value in pairs}
    if sorted(head) != sorted(KEYS) or not all(head.values()):
        raise BadInput(f"{path}: the head must give {', '.join(KEYS)}, each once, and nothing else.")
    return head


def _version(text: str, path: Path) -> int:
    if not re.fullmatch(r"[1-9]\d{0,5}", text):
        raise BadInput(f"{path}: the version must be a whole number from 1 on.")
    return int(text)


def _role(text: str, path: Path) -> Role:
    if text not in {each.value for each in Role}:
        raise BadInput(f"{path}: the role must be one of {', '.join(each.value for each in Role)}.")
    return Role(text)


def _text(text: str, path: Path) -> str:
    template = Template(text)
    if not text.strip() or not template.is_valid() or not PLACES.issuperset(template.get_identifiers()):
        raise BadInput(f"{path}: the text must not be empty, and may name only $company and $assistant.")
    return text
