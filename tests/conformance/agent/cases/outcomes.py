"""What this project's agent makes of cases: one process with a stanza for each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.conformance.agent.cases.agents import configured, output
from tests.conformance.agent.cases.case import Case
from tests.conformance.agent.cases.place import variables
from tests.conformance.program import Program, ProgramFailed, wait_until
from tests.conformance.servers import Server

_PATIENCE_S = 30.0


def outcomes(directory: Path, server: Server, cases: Sequence[Case]) -> list[bytes | str]:
    """For each case what was written, or why nothing was.  The agent ends by itself if all could be written."""
    config = configured(directory, server, cases, exits=False)
    log = directory / "agent.log"
    words = ["agent", f"-config={config}", "-exit-after-auth", "-log-format=json"]
    refusals = any(case.fails_with_ours for case in cases)

    def settled() -> bool:
        told = _told(directory, log, cases)
        return all(number in told or output(directory, number).exists() for number in range(len(cases)))

    agent = Program.fork(words, directory, log, variables())
    try:
        with suppress(ProgramFailed):  # Whoever compares finds out which ones lack.
            wait_until(lambda: agent.process.poll() is not None or (refusals and settled()), "", _PATIENCE_S)
    finally:
        agent.kill()
    told = _told(directory, log, cases)
    return [_written(directory, number, told) for number in range(len(cases))]


def _written(directory: Path, number: int, told: Mapping[int, str]) -> bytes | str:
    path = output(directory, number)
    return path.read_bytes() if path.exists() else told.get(number, "")


def _told(directory: Path, log: Path, cases: Sequence[Case]) -> dict[int, str]:
    """The reasons for failures, by the numbers of cases: of templates, and of what they ask for."""
    numbers = {str(output(directory, number)): number for number in range(len(cases))}
    found = {}
    for line in log.read_text().splitlines():
        fields = json.loads(line) if line.startswith("{") else {}
        reason = str(fields.get("reason")).replace(f"{directory}/", "@/")
        if fields.get("template") in numbers and "reason" in fields:
            found[numbers[fields["template"]]] = reason
        elif "dependency" in fields and "reason" in fields:
            path = f'"{fields["dependency"].split()[-1]}"'
            found.update((number, reason) for number, case in enumerate(cases) if path in case.template)
    return found
