"""This project's agent makes of every case what the reference agent made of it, with either server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.agent.cases.case import Case, read, subjects
from tests.conformance.agent.cases.outcomes import outcomes
from tests.conformance.agent.cases.place import set_up
from tests.conformance.servers import Server, start_ours, start_peer

CASES = {f"{subject}-{number}": case for subject in subjects() for number, case in enumerate(read(subject))}
WRITTEN = {name: case for name, case in CASES.items() if not case.fails_with_ours}
REFUSED = {name: case for name, case in CASES.items() if case.fails_with_ours}


@pytest.fixture(scope="module", params=["ours", "peer"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with what the cases ask for."""
    start = {"ours": start_ours, "peer": start_peer}[request.param]
    with start(tmp_path_factory.mktemp(request.param)) as found:
        set_up(found)
        yield found


def difference(case: Case, name: str, found: bytes | str, expected: bytes) -> str:
    """What is told of a case whose result is another one."""
    return "" if found == expected else f"{name}: {case.template!r} gives {found!r}, not {expected!r}"


def test_results(server: Server, tmp_path: Path) -> None:
    """Hundreds of stanzas of one agent, which ends by itself, are rendered byte for byte."""
    found = outcomes(tmp_path, server, tuple(WRITTEN.values()))
    shutil.rmtree(tmp_path)
    at_ours = server.name == "ours"
    assert [
        told
        for (name, case), each in zip(WRITTEN.items(), found, strict=True)
        if (told := difference(case, name, each, case.expected(at_ours=at_ours)))
    ] == []


def test_refusals(server: Server, tmp_path: Path) -> None:
    """More than two hundred stanzas of one agent can't be rendered, and for each the agent says why."""
    found = outcomes(tmp_path, server, tuple(REFUSED.values()))
    assert [
        f"{name}: {case.template!r} gives {each!r}, without {case.reason!r}"
        for (name, case), each in zip(REFUSED.items(), found, strict=True)
        if not isinstance(each, str) or case.reason not in each
    ] == []


def test_differences_have_a_reason() -> None:
    """Whoever finds another result than the reference agent's finds out why."""
    differing = [case for case in CASES.values() if case.ours is not None or case.kept is not None]
    assert [case.template for case in differing if not case.why] == []
