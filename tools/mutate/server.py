"""Runs tests against mutants, one after another, each in a fork of a process that has imported what all of them need.

It stands in a copy of the tree (`tree.lay`), reads one trial a line and answers each with one line.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import msgspec
import pytest

PASSED, FAILED, TIMED_OUT, ASTRAY = "passed", "failed", "timed out", "astray"
SAID = "said.txt"
"""The file that holds what the last trial printed."""
_EXIT_ASTRAY = 99
_POLL_S = 0.01
_FIRST, _SECOND = 12, 60
_TEST_S = 15
"""For one test, of which few take a second."""


class Trial(msgspec.Struct, frozen=True):
    """Which tests to run until the first fails, and for how long at most."""

    tests: list[str]
    module: str
    """The mutated module: tests that import it from anywhere else than this tree try nothing."""
    limit_s: float


class Verdict(msgspec.Struct, frozen=True):
    """What became of a trial."""

    result: str
    by: str = ""
    """The test that failed, or what went astray."""


class Selected:
    """A plugin that keeps the tests asked for, in their order, and looks where the mutated module came from."""

    def __init__(self, trial: Trial, tests: list[str]) -> None:
        self._trial = trial
        self.tests = tests
        self.failed = ""
        self.astray = ""
        self._left = set(tests)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests asked for."""
        by_id = {item.nodeid: item for item in items}
        items[:] = [by_id[name] for name in self.tests if name in by_id]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the first failure, and which tests have been run."""
        self._left.discard(report.nodeid)
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not even be imported."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_sessionfinish(self) -> None:
        """Look where the mutated module came from."""
        module = sys.modules.get(self._trial.module)
        file = getattr(module, "__file__", None)
        if module is not None and not Path(str(file)).is_relative_to(Path.cwd()):
            self.astray = f"{self._trial.module} came from {file}"
        elif self._left and not self.failed:
            self.astray = f"{len(self._left)} tests were not run, such as {min(self._left)}"


def main(preload: list[str]) -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a trial under way ends too
    for name in preload:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    with open(os.dup(1), "w") as answers:  # noqa: PTH123  (a descriptor is no path)
        for line in sys.stdin.buffer:
            verdict = _try(msgspec.json.decode(line, type=Trial))
            answers.write(msgspec.json.encode(verdict).decode() + "\n")
            answers.flush()


def _try(trial: Trial) -> Verdict:
    # The likely tests by themselves, because most mutants fall to them, and all files take long to collect.
    begin, deadline = 0, time.monotonic() + trial.limit_s
    for end in (_FIRST, _SECOND, len(trial.tests)):
        if tests := trial.tests[begin:end]:
            verdict = _stage(trial, tests, deadline - time.monotonic())
            if verdict.result != PASSED:
                return verdict
        begin = end
    return Verdict(PASSED)


def _stage(trial: Trial, tests: list[str], limit_s: float) -> Verdict:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        _run(trial, tests, tell)
    os.close(tell)
    try:
        code = _wait(child, limit_s)
        by = os.read(told, 65536).decode() if code is not None else ""
    finally:
        os.close(told)
    if code is None:
        return Verdict(TIMED_OUT)
    if code in {_EXIT_ASTRAY, int(pytest.ExitCode.NO_TESTS_COLLECTED)}:
        return Verdict(ASTRAY, by or "no test was found")
    return Verdict(PASSED if code == 0 else FAILED, by)


def _wait(child: int, limit_s: float) -> int | None:
    """The exit code; None when the time was up.  Whatever a test left running ends here."""
    deadline = time.monotonic() + limit_s
    code = None
    try:
        while code is None and time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(_POLL_S)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    if code is None:
        os.waitpid(child, 0)
    return code


def _run(trial: Trial, tests: list[str], tell: int) -> NoReturn:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    nothing, said = os.open(os.devnull, os.O_RDWR), os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, target in enumerate((nothing, said, said)):
        os.dup2(target, descriptor)
    code = 70
    selected = Selected(trial, tests)
    try:
        code = _pytest(selected)
    finally:
        os.write(tell, (selected.astray or selected.failed).encode()[:4096])
        os._exit(_EXIT_ASTRAY if selected.astray else int(code))


def _pytest(selected: Selected) -> int:
    files = dict.fromkeys(name.partition("::")[0] for name in selected.tests)
    return pytest.main(
        [
            *("-x", "-q", "--hypothesis-seed=0", "-p", "no:cacheprovider"),
            *(f"--timeout={_TEST_S}", "-o", "timeout_method=thread"),
            *("-W", "ignore::pytest.PytestAssertRewriteWarning", *files),
        ],
        plugins=[selected],
    )


if __name__ == "__main__":
    main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=list[str]))
