"""Expecting a refusal with its machine code."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from core.errors import RapportError


@contextmanager
def refused(code: str) -> Generator[None]:
    """Passes when what it holds raises one of our errors with that code."""
    with pytest.raises(RapportError) as caught:
        yield
    assert caught.value.data.get("code") == code, caught.value.message
