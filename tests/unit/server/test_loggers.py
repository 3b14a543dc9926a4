"""The loggers of `sys/loggers` are those of the code, and each has a level of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from strongroom.server.logs import LOGGERS
from strongroom.server.logs.loggers import logger_of
from strongroom.server.logs.output import Output

SOURCES = Path(__file__).parents[3] / "src" / "strongroom"
NOT_OF_THE_SERVER = {"agent", "cli", "client", "testing"}


def test_they_are_those_of_the_code() -> None:
    """Every name that a part of the server logs under belongs to one, and no other is listed."""
    found = set()
    for file in SOURCES.rglob("*.py"):
        parts = file.relative_to(SOURCES.parent).with_suffix("").parts
        if parts[1] in NOT_OF_THE_SERVER:
            continue
        for name in re.findall(r"get_logger\((.*?)\)", file.read_text()):
            found.add(logger_of(".".join(parts) if name == "__name__" else name.strip('"')))
    assert found == set(LOGGERS)
    assert len(LOGGERS) == len(set(LOGGERS))


@pytest.mark.parametrize(
    ("name", "logger"), [("pki", "pki"), ("pki.acme", "pki"), ("strongroom.http.turns", "http"), ("pkix", "pkix")]
)
def test_a_line_belongs_to_the_first_part_of_its_name(name: str, logger: str) -> None:
    """Whatever stands behind its first dot, and without the package's name."""
    assert logger_of(name) == logger


def test_a_level_of_its_own() -> None:
    """It holds until all loggers are set, or the file is begun anew; the others go by the level of all."""
    output = Output()
    output.configure("warn", None)
    output.set_level("debug", "pki")
    wanted = [output.wants("info", name) for name in ("pki", "pki.acme", "core")]
    assert wanted == [True, True, False]
    assert (output.level_of("pki"), output.level_of("core"), output.level_of()) == ("debug", "warn", "warn")
    output.set_level("", "pki")
    assert output.level_of("pki") == "warn"
    output.set_level("debug", "pki")
    output.set_level("error")
    assert (output.level_of("pki"), output.level_of("core")) == ("error", "error")
    output.set_level("debug", "pki")
    output.reopen("")
    assert (output.level_of("pki"), output.level_of("core")) == ("warn", "warn")
