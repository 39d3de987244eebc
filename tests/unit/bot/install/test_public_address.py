"""Which addresses the internet can call."""

import pytest

from bot.install.public_address import domain, fault


@pytest.mark.parametrize("url", ["https://help.example.com", "https://help.example.com/", "https://help.example.com:443"])
def test_a_public_name_is_fine(url: str) -> None:
    assert fault(url) is None
    assert domain(url) == "help.example.com"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "help.example.com",
        "http://help.example.com",
        "https://localhost",
        "https://rapport",
        "https://rapport.internal",
        "https://127.0.0.1",
        "https://10.1.2.3",
        "https://[::1]",
        "https://help.example.com:8443",
        "https://help.example.com/rapport",
        "https://help.example.com/?a=b",
        "https://user:word@help.example.com",
        "https://help.example.com:port",
    ],
)
def test_others_are_not(url: str | None) -> None:
    assert fault(url)
