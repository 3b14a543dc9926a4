"""The pages about the configuration name every setting that is read, and say which have no effect."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from strongroom.server import unserved
from strongroom.server.certificates.settings import with_cache
from strongroom.server.config.config import parse_config
from strongroom.server.config.environment import apply_environment
from strongroom.server.config.stanzas import (
    AuditConfig,
    Listener,
    ListenerInflight,
    ListenerProfiling,
    ListenerTelemetry,
    Settings,
    Telemetry,
    UserLockout,
)
from strongroom.server.plan import plan

DOCS = Path(__file__).parents[3] / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text()
LISTENERS = (DOCS / "listeners.md").read_text()
README = (DOCS.parent / "README.md").read_text()
EXAMPLES = [
    (f"{name} {number}", text)
    for name, page in (("configuration", CONFIGURATION), ("listeners", LISTENERS), ("readme", README))
    for number, text in enumerate(re.findall(r"^```hcl\n(.*?)^```$", page, re.M | re.S), 1)
]


def keys(kind: type[Any]) -> dict[str, bool]:
    """The settings of a stanza, and whether the reader says that they are served."""
    declared = [found for found in fields(kind) if "convert" in found.metadata]
    return {found.metadata["key"] or found.name: found.metadata["served"] for found in declared}


def named(page: str) -> set[str]:
    """What a page sets as code."""
    return {name for code in re.findall(r"`([^`\n]+)`", page) for name in re.findall(r"\w+", code)}


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (Settings, CONFIGURATION),
        (Telemetry, CONFIGURATION),
        (AuditConfig, CONFIGURATION),
        (UserLockout, CONFIGURATION),
        (Listener, LISTENERS),
        (ListenerTelemetry, LISTENERS),
        (ListenerProfiling, LISTENERS),
        (ListenerInflight, LISTENERS),
    ],
    ids=lambda given: given.__name__ if isinstance(given, type) else "",
)
def test_every_setting_is_named(kind: type[Any], page: str) -> None:
    """No setting is read that the page about its stanza doesn't name."""
    assert set(keys(kind)) - named(page) == set()


def test_the_section_about_what_has_no_effect_is_exact() -> None:
    """A setting without effect, and with a notice, stands under that heading; one with effect doesn't."""
    section = CONFIGURATION.partition("With a notice in the log at the start:")[2].partition("### Of `telemetry`")[0]
    first_columns = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    unserved_keys = {name for name, served in keys(Settings).items() if not served}
    noticed = {found.metadata["key"] or found.name for found in fields(Settings) if found.name in unserved._SETTINGS}
    assert named(first_columns) - {"enable_ui"} == unserved_keys | noticed


def test_listeners_without_effect() -> None:
    """The same for the settings of a listener."""
    section = LISTENERS.partition("## Read, and without effect")[2].partition("\n## ")[0]
    first_columns = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    unserved_keys = {name for name, served in keys(Listener).items() if not served}
    noticed = {found.metadata["key"] or found.name for found in fields(Listener) if found.name in unserved._LISTENER}
    assert named(first_columns) == unserved_keys | noticed


def test_there_are_examples() -> None:
    """The pattern that finds them finds them."""
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_examples_are_valid(text: str) -> None:
    """Each example is read without a notice, is refused by nothing, and can be started."""
    if "storage " not in text:
        text += 'storage "sqlite" {\n  path = "/var/lib/strongroom"\n}\n'
    if "listener " not in text:
        text += 'listener "tcp" {\n  tls_disable = true\n}\n'
    config = with_cache(apply_environment(parse_config(text, "example.hcl"), {}))
    unserved.refuse(config)
    assert [*config.notices, *unserved.notices(config)] == []
    assert len(plan(config, 2).listeners) == len(config.listeners) > 0
