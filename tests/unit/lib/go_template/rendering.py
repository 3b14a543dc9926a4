"""One rendering with known values, time and randomness."""

from __future__ import annotations

from strongroom.lib.go_template import parse

VALUES: dict[str, str | int] = {
    "DisplayName": "token-jürgen",
    "RoleName": "my_role",
    "Type": "STS",
    "Password": "pä€😀\tx",
    "Empty": "",
    "IssueTimeSeconds": 1700000123,
}
NOW = 1700000123.456789


def zeros(count: int) -> bytes:
    """A source whose characters are all `0`."""
    return bytes(count)


def rendered(text: str, **values: str) -> str:
    """The text that a template gives."""
    return parse(text).render({**VALUES, **values}, random=zeros, now=NOW)
