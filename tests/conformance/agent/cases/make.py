"""Has the reference agent make the results of all cases again, or those of some files.

To run it: `python -m tests.conformance.agent.cases.make [SUBJECT…]`.  A new case is a template and nothing else.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.conformance.agent.cases.agents import configured, output, run
from tests.conformance.agent.cases.case import Case, read, subjects, write
from tests.conformance.agent.cases.place import set_up
from tests.conformance.program import PEER
from tests.conformance.servers import Server, start_peer

_FAILED = re.compile(r"/(\d+)\.ctmpl: ")
_TOLD = re.compile(r'runtime error encountered:\s+error="template server: (.*?)"(?: exitCode=\d+)?$', re.MULTILINE)
_LINES = re.compile(r"runtime error encountered:\s+error=\n((?: +\|.*\n)+)")
_PLACE = re.compile(r'^.*\.ctmpl: (?:execute|parse): template: :\d+(?::\d+)?: (?:executing "" at <.*?>: )?', re.DOTALL)


def made(directory: Path, server: Server, case: Case) -> Case:
    """A case with what the reference agent makes of it alone."""
    told = run(PEER, configured(directory, server, (case,)))
    return with_error(case, told, directory) if told else with_output(case, output(directory, 0).read_bytes())


def with_output(case: Case, found: bytes) -> Case:
    """A case with its result."""
    try:
        return msgspec.structs.replace(case, result=found.decode(), octets=None, error=None)
    except UnicodeDecodeError:
        return msgspec.structs.replace(case, result=None, octets=found.hex(), error=None)


def with_error(case: Case, log: str, directory: Path) -> Case:
    """A case with the reason that the agent's log gives."""
    if told := _TOLD.search(log):
        text = re.sub(r'\\(["\\])', r"\1", told[1])
    elif lines := _LINES.search(log):  # The last one is the reason.
        text = lines[1].splitlines()[-1].partition("| ")[2].removeprefix("template server: ").removeprefix("* ")
    else:
        raise ValueError(f"{case.template} fails without a reason:\n{log}")
    text = text.replace(f"{directory}/", "@/")
    return msgspec.structs.replace(case, result=None, octets=None, error=_PLACE.sub("", text))


def all_made(home: Path, server: Server, cases: list[Case]) -> list[Case]:
    """Cases with what the reference agent makes of them: in one agent, but for those that it refuses."""
    left = [number for number, case in enumerate(cases) if not case.fails]
    results = {number: made(home / f"alone-{number}", server, case) for number, case in enumerate(cases) if case.fails}
    while left:
        directory = home / f"all-{len(left)}"
        told = run(PEER, configured(directory, server, [cases[number] for number in left]))
        if not told:
            break
        refused = _FAILED.search(told)
        alone = [left[int(refused[1])]] if refused else left
        left = [number for number in left if number not in alone]
        results.update((number, made(home / f"alone-{number}", server, cases[number])) for number in alone)
    results.update(
        (number, with_output(cases[number], output(directory, at).read_bytes())) for at, number in enumerate(left)
    )
    return [results[number] for number in range(len(cases))]


def main(names: list[str]) -> None:
    """Make them, and say how many there are."""
    with tempfile.TemporaryDirectory() as home, start_peer(Path(home)) as server:
        set_up(server)
        for subject in names or subjects():
            directory = Path(home) / subject
            directory.mkdir()
            cases = all_made(directory, server, list(read(subject)))
            write(subject, cases)
            print(subject, len(cases), sum(case.fails for case in cases), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
