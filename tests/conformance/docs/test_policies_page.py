"""What the page about policies says of precedence and `sudo` is what the server does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.sdk import Engine
from strongroom.sdk.path import Declaration
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import CAPABILITIES, parse_policy
from strongroom.sysapi.system.engine import System
from strongroom.sysapi.token.engine import Token

PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text()
ROWS = re.findall(r"^\| `(secret/data/web/db)` \| (.*) \| `([^`]+)` \|$", PAGE, re.M)


@pytest.mark.parametrize(("path", "patterns", "winner"), ROWS)
def test_precedence(path: str, patterns: str, winner: str) -> None:
    """Of the patterns of a line, all of which cover the path, the one in the last column decides."""
    candidates = re.findall(r"`([^`]+)`", patterns)
    for candidate in candidates:
        assert Acl([parse_policy(f'path "{candidate}" {{ capabilities = ["read"] }}')], 0).decide(path, "read").allowed
    rules = "".join(
        f'path "{one}" {{ capabilities = ["{"read" if one == winner else "deny"}"] }}\n' for one in candidates
    )
    assert winner in candidates
    assert Acl([parse_policy(rules)], 0).decide(path, "read").allowed


def test_precedence_has_lines() -> None:
    """The pattern that finds the table's lines finds them."""
    assert len(ROWS) == 7


def _declared(engine: type[Engine]) -> Iterator[Declaration]:
    for base in engine.__mro__:
        for function in vars(base).values():
            yield from getattr(function, "__paths__", [])


def test_paths_that_need_sudo() -> None:
    """The list is that of the declarations, no more and no less."""
    section = PAGE.partition("### Paths that need `sudo`")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    listed = set(re.findall(r"`([^`]+)`", "".join(rows)))
    declared = {
        prefix + re.sub(r"\*+\}", "}", found.pattern)
        for prefix, engine in (("sys/", System), ("auth/token/", Token))
        for found in _declared(engine)
        if found.sudo
    }
    assert listed == declared


def test_capabilities() -> None:
    """Every capability is explained."""
    section = PAGE.partition("## Capabilities")[2].partition("### Paths")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(CAPABILITIES) <= set(re.findall(r"`([a-z]+)`", "".join(rows)))
