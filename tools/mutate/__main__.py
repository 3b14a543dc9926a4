"""The program: `python -m tools.mutate --help`."""

from __future__ import annotations

import argparse
import contextlib
import queue
import random
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tools.mutate import lists, report, tree
from tools.mutate.operators import Mutant, mutants
from tools.mutate.reach import Reach, learn
from tools.mutate.server import ASTRAY, FAILED, PASSED, SAID, TIMED_OUT
from tools.mutate.trials import Bench

_ALIVE = tree.ROOT / "build" / "mutate" / "alive.toml"


def main(arguments: list[str]) -> int:
    """Mutate, try, tell; 1 when some file's mutants live in too great a number."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that copies and processes go
    options = _parser().parse_args(arguments)
    listed = lists.read_files()
    files = [file for file in options.files.split() if file] or listed.files
    known = {row.key for row in lists.read_equivalents() if row.file in files}
    reach = learn(listed.suites, sorted({*files, *listed.files}))
    tallies, alive = [], []
    print(report.HEAD, flush=True)
    with contextlib.ExitStack() as stack:
        benches = [stack.enter_context(Bench(reach)) for _ in range(options.jobs)]
        for file in files:
            all_ = mutants((tree.ROOT / file).read_text())
            known -= (here := {lists.key_of(file, mutant) for mutant in all_} & known)
            wanted = sample(file, all_, options.seed, options.sample)
            wanted = [mutant for mutant in wanted if options.line in {0, mutant.line}]
            tally = _judge(benches, reach, file, wanted, here, verbose=options.verbose)
            print(report.line(tally), flush=True)
            for mutant in tally.alive:
                print(report.living(file, mutant), flush=True)
            alive += [report.as_toml(file, mutant) for mutant in tally.alive]
            tallies.append(tally)
    _ALIVE.write_text("\n".join(alive))
    for file, function, before, after in sorted(known):
        print(f"equivalents.toml: nothing is like this any more: {file} {function}\n    - {before}\n    + {after}")
    total = report.Tally(
        "all",
        sum(tally.killed for tally in tallies),
        sum(tally.equivalent for tally in tallies),
        [mutant for tally in tallies for mutant in tally.alive],
    )
    print(report.line(total))
    return 0 if all(tally.is_enough for tally in tallies) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--files", default="", help="sources, by their paths; all of tools/mutate/files.toml otherwise")
    parser.add_argument("--seed", default="1", help="what the choice of mutants comes from")
    parser.add_argument("--sample", type=int, default=20, help="mutants of each file; 0: all")
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants to try at a time")
    parser.add_argument("--line", type=int, default=0, help="only the mutants of this line that are in the sample")
    parser.add_argument("--verbose", action="store_true", help="tell of each mutant what noticed it")
    return parser


def sample(file: str, all_: list[Mutant], seed: str, size: int) -> list[Mutant]:
    """The same mutants for the same seed, in the order of their lines."""
    if not size or size >= len(all_):
        return all_
    # A line with twenty mutants is no more likely to be wrong than one with two: lines are drawn first.
    dice = random.Random(f"{seed}:{file}")  # noqa: S311  (a choice to be repeated, no secret)
    by_line: dict[int, list[Mutant]] = {}
    for mutant in all_:
        by_line.setdefault(mutant.line, []).append(mutant)
    drawn: list[Mutant] = []
    while len(drawn) < size:
        for line in dice.sample(sorted(by_line), len(by_line)):
            if by_line[line] and len(drawn) < size:
                drawn.append(by_line[line].pop(dice.randrange(len(by_line[line]))))
    return sorted(drawn, key=lambda mutant: (mutant.line, mutant.after))


def _judge(
    benches: list[Bench],
    reach: Reach,
    file: str,
    wanted: list[Mutant],
    known: set[tuple[str, str, str, str]],
    *,
    verbose: bool,
) -> report.Tally:
    killed, alive = 0, []
    tried = [mutant for mutant in wanted if lists.key_of(file, mutant) not in known]
    equivalent = len(wanted) - len(tried)
    _control(benches[0], reach, file, tried)
    for mutant, result, by in _results(benches, reach, file, tried):
        if result == PASSED:
            alive.append(mutant)
        else:
            killed += 1
        if verbose:
            print(f"{report.living(file, mutant)}\n    {result} {by}", flush=True)
    return report.Tally(file, killed, equivalent, alive)


def _control(bench: Bench, reach: Reach, file: str, tried: list[Mutant]) -> None:
    """Raise `SystemExit` if tests fail in the order of a trial without a mutant: they would kill whatever they meet."""
    if not tried:
        return
    mutant = min(tried, key=lambda mutant: len(reach.tests(file, mutant)) or sys.maxsize)
    tests = reach.tests(file, mutant)
    verdict = bench.attempt(file, (tree.ROOT / file).read_text(), tests)
    if tests and verdict.result != PASSED:
        said = (bench.folder / SAID).read_text(errors="replace")[-4000:]
        raise SystemExit(f"{file}: the tests of line {mutant.line} fail without a mutant: {verdict}\n{said}")


def _results(benches: list[Bench], reach: Reach, file: str, tried: list[Mutant]) -> Iterator[tuple[Mutant, str, str]]:
    """What became of each mutant, in their order, and of what."""
    free: queue.SimpleQueue[Bench] = queue.SimpleQueue()
    for bench in benches:
        free.put(bench)

    def attempt(mutant: Mutant) -> tuple[Mutant, str, str]:
        tests = reach.tests(file, mutant)
        if not tests:
            return mutant, PASSED, "no test runs the file"
        bench, begin = free.get(), time.monotonic()
        try:
            verdict = bench.attempt(file, mutant.source, tests)
        finally:
            free.put(bench)
        if verdict.result == ASTRAY:
            raise SystemExit(f"{file}:{mutant.line}: {verdict.by}")
        assert verdict.result in {PASSED, FAILED, TIMED_OUT}
        return mutant, verdict.result, f"{verdict.by} ({len(tests)} tests, {time.monotonic() - begin:.1f} s)"

    with ThreadPoolExecutor(len(benches)) as pool:
        yield from pool.map(attempt, tried)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
