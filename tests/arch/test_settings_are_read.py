"""Every key of a configuration is used by something, or is known to be without effect.

Those of a listener are tried one by one in `tests/unit/server/test_plan_every_key.py`.
"""

from __future__ import annotations

import ast
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from strongroom.agent.config.top import Top
from strongroom.server import unserved
from strongroom.server.config.stanzas import AuditConfig, Settings, Telemetry, UserLockout

SOURCES = Path(__file__).parents[2] / "src" / "strongroom"
WITHOUT_EFFECT = {
    "cache_size",
    "disable_clustering",
    "disable_mlock",
    "disable_printable_check",
    "unsafe_allow_api_audit_creation",
    "unsafe_cross_namespace_identity",
}
"""Read without a notice, as the page about the configuration says: nobody misses what they would do."""


@cache
def used() -> frozenset[str]:
    """The names of all attributes that are read anywhere but in the declarations."""
    files = [file for file in SOURCES.rglob("*.py") if file.name not in {"stanzas.py", "top.py"}]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    return frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute))


@pytest.mark.parametrize("kind", [Settings, AuditConfig, UserLockout, Telemetry, Top])
def test_a_key_that_is_served_is_used(kind: type[Any]) -> None:
    """One that nothing uses would be taken without a word: something serves it, or it says `served=False`."""
    served = {found.name for found in fields(kind) if found.metadata.get("served")}
    assert served - used() - unserved._SETTINGS == (WITHOUT_EFFECT if kind is Settings else set())
