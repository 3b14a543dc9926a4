"""Which test runs which line: learnt once by running all tests, and kept until a source or a test changes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path, PurePosixPath

import msgspec

from tools.mutate import tree
from tools.mutate.operators import Mutant

_KEPT = tree.ROOT / "build" / "mutate" / "reach.json"


class Reach(msgspec.Struct, frozen=True):
    """The tests by the lines that they run."""

    digests: dict[str, str]
    """As `tree.digests` had them."""
    durations_s: dict[str, float]
    """Of every test, by its node id, in the order they ran."""
    lines: dict[str, dict[int, list[int]]]
    """By file and line, the numbers of the tests that run it; none of them where only an import does."""
    preload: list[str]
    """The modules of others that the tests import."""

    def tests(self, file: str, mutant: Mutant) -> list[str]:
        """The tests that may notice a mutant: those that mirror its file first, then the quickest."""
        lines = self.lines.get(file, {})
        found = {test for line in range(mutant.reach, mutant.end + 1) for test in lines.get(line, ())}
        likely = found
        names = list(self.durations_s)
        if not found:  # what runs at the import, or in a child process, concerns whoever runs any line of the file
            found = {test for tests in lines.values() for test in tests}
            found |= {number for number, name in enumerate(names) if _mirrors(name, file)}
            likely = {test for line in mutant.uses for test in lines.get(line, ())}
            likely |= {number for number, name in enumerate(names) if _imports(name.partition("::")[0], file)}
            found |= likely
            if mutant.defines.startswith("_") and likely:
                found = likely  # nothing else knows the name

        def rank(number: int) -> tuple[bool, bool, float]:
            name = names[number]
            return number not in likely, not _mirrors(name, file), self.durations_s[name]

        return [names[number] for number in sorted(found, key=rank)]

    def time_s(self, tests: list[str]) -> float:
        """How long these tests took."""
        return sum(self.durations_s[name] for name in tests)


@lru_cache(maxsize=4096)
def _imports(test: str, file: str) -> bool:
    """Whether a file of tests names the module, whose constants and classes it may look at without running a line."""
    path = tree.ROOT / test
    return path.is_file() and tree.module_of(file) in path.read_text()


def _mirrors(test: str, file: str) -> bool:
    """Whether a test lies where the tests of a file belong."""
    folder = PurePosixPath("tests/unit", *PurePosixPath(file).parts[2:-1])
    return PurePosixPath(test.partition("::")[0]).parent == folder


def learn(suites: list[str], files: list[str]) -> Reach:
    """The tests of the suites and what they run of the files; only tests that changed since the last time are run."""
    digests = {
        name: digest
        for name, digest in tree.digests().items()
        if not name or any(PurePosixPath(name).is_relative_to(suite) for suite in suites)
    }
    kept = _kept()
    nothing = Reach({}, {}, {file: {} for file in files}, [])
    if kept is None or kept.digests[""] != digests[""] or not set(files) <= set(kept.lines):
        kept = nothing
    changed = [name for name, digest in digests.items() if name and kept.digests.get(name) != digest]
    seen = _observe(changed if kept.digests else suites, files) if changed else nothing
    kept = _merged(kept, seen, set(digests) - set(changed))
    kept = msgspec.structs.replace(kept, digests=digests)
    _KEPT.parent.mkdir(parents=True, exist_ok=True)
    _KEPT.write_bytes(msgspec.json.encode(kept))
    return kept


def _kept() -> Reach | None:
    try:
        return msgspec.json.decode(_KEPT.read_bytes(), type=Reach, strict=False)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _merged(before: Reach, after: Reach, unchanged: set[str]) -> Reach:
    """What was learnt before of tests that are as they were, and the rest as it was learnt now."""
    old, names = list(before.durations_s), list(after.durations_s)
    left = [name for name in old if name.partition("::")[0] in unchanged]
    place = {name: number for number, name in enumerate([*left, *names])}
    lines: dict[str, dict[int, list[int]]] = {file: {} for file in after.lines}  # a run observes all files
    for reach, those in ((before, old), (after, names)):
        for file, into in lines.items():
            for line, numbers in reach.lines.get(file, {}).items():
                found = [place[those[number]] for number in numbers if those[number] in place]
                into.setdefault(line, []).extend(found)
    durations = {**{name: before.durations_s[name] for name in left}, **after.durations_s}
    return Reach({}, durations, lines, sorted({*before.preload, *after.preload}))


def _observe(tests: list[str], files: list[str]) -> Reach:
    """Run these tests and see what they run."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as name:
        folder = Path(name)
        tree.lay(folder)
        report = folder / "reach.json"
        more = {"MUTATE_REPORT": str(report), "MUTATE_FILES": "\n".join(files)}
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tools.mutate.observer", *tests],
            cwd=folder,
            env=tree.environment(folder) | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"the tests fail as they are:\n{done.stdout[-4000:]}")
        seen = msgspec.json.decode(report.read_bytes(), type=dict, strict=False)
    return msgspec.convert({**seen, "digests": {}}, Reach, strict=False)
