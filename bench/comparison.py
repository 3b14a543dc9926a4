"""Compares the operations: ours, the reference server and the bare loop in turn, A B C A B C."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench.bare import loop
from bench.load.requests import Mix, Wanted
from bench.measuring import WARM_UP_S, Figures, Load, measure, middle, ratio
from bench.operations.prepared import Prepared, prepare
from bench.operations.table import Operation
from bench.report.results import Row
from bench.servers.server import OURS, running


@contextlib.contextmanager
def prepared(kinds: Sequence[str], home: Path) -> Iterator[list[Prepared]]:
    """Servers with the same data, until the block ends; without the reference server if that fails."""
    with contextlib.ExitStack() as stack:
        ready = []
        for kind in kinds:
            try:
                ready.append(prepare(stack.enter_context(running(kind, home / kind))))
            except Exception as error:
                if kind == OURS:
                    raise
                print(f"The reference server can't be prepared, so ours is measured alone: {error}")
        yield ready


def compare(operation: Operation, servers: Sequence[Prepared], load: Load, home: Path, done: set[object]) -> Row:
    """Measure one operation; what fails is told in the row.

    Args:
        servers: ours first.
        done: what was set up before.
    """
    try:
        if operation.setup is not None and operation.setup not in done:
            for each in servers:
                operation.setup(each)
            done.add(operation.setup)
        return _compared(operation, servers, load, home)
    except Exception as error:  # whatever a server does wrong is a finding, and the run goes on
        return Row(name=operation.name, error=f"{type(error).__name__}: {error}"[:500])


def _compared(operation: Operation, servers: Sequence[Prepared], load: Load, home: Path) -> Row:
    requests = {each.server.kind: operation.request(each) for each in servers}
    ours = servers[0].server
    load = msgspec.structs.replace(load, connections=operation.connections or load.connections)
    for each in servers:
        _measured(each, requests[each.server.kind], msgspec.structs.replace(load, seconds=WARM_UP_S))
    before = ours.audit_log.stat().st_size
    answer = loop.answer_of(ours.port, requests[OURS])
    written = ours.audit_log.stat().st_size - before
    rounds: dict[str, list[Figures]] = {}
    with loop.running(home, answer, written) as limit:
        for _ in range(load.rounds):
            for each in servers:
                rounds.setdefault(each.server.kind, []).append(_measured(each, requests[each.server.kind], load))
            rounds.setdefault("bare", []).append(measure(limit.url, limit.group, Mix(requests[OURS]), load))
    return Row(
        name=operation.name,
        figures={kind: middle(found) for kind, found in rounds.items()},
        ratios={kind: found for kind in rounds if kind != OURS and (found := ratio(rounds[OURS], rounds[kind]))},
    )


def _measured(prepared: Prepared, request: Wanted, load: Load) -> Figures:
    return measure(prepared.server.url, prepared.server.group, Mix(request), load)
