"""What becomes of commits, holds and fences while members of a store's cluster die and clients stand still.

    python -m bench.members etcd|consul|zookeeper [--seconds 60] [--seed 1]

Three processes of three clients work on a cluster of three members, and one follows the feed of changes.  The leader is
killed, or stands still; processes are stopped in the middle of commits and of holds for longer than any of them lasts.
The exit code is 1 if a history has no order that explains it, if a commit that was acknowledged is lost or one that was
refused took place, if somebody saw a part of a commit, or if two held the store.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.conformance.storage.processes import Worker, worker
from tests.sim.history import violations

from bench.members.clients import Told, work
from bench.members.ensembles import KINDS, NUMBERS, Members
from bench.members.following import follow
from strongroom.lib.errors import StorageError
from strongroom.storage.base import Storage
from strongroom.storage.operations import ROLE_PREFIX

_PROCESSES = "abc"
_REST_S = 3.0
_STILL_S = 7.0
"""Longer than a hold may stand still, a role lasts, and a caller waits."""
_OPEN_S = 90.0


async def _ready(members: Members) -> Storage:
    """The store, once it works."""
    deadline = time.monotonic() + _OPEN_S
    while True:
        storage = members.kind.opener()()
        try:
            await storage.start()
            await storage.commit({}, {"ready": b""}, {})
        except StorageError as error:
            with contextlib.suppress(StorageError):
                await storage.close()
            if time.monotonic() > deadline:
                raise
            print(f"  not ready: {error.detail or error.text}")
            await asyncio.sleep(1.0)
        else:
            return storage


async def _befall(members: Members, workers: list[Worker], seconds: float, chance: random.Random) -> Counter[str]:
    """Let things happen until the time is over."""
    befallen: Counter[str] = Counter()
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        await asyncio.sleep(_REST_S)
        what = chance.choice(["kill the leader", "stop the leader", "stop a process", "stop a process", "kill another"])
        befallen[what] += 1
        print(f"  {what}")
        leader = await asyncio.to_thread(members.leader)
        if what == "stop a process":
            pid = chance.choice(workers).pid
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(_STILL_S)
            os.kill(pid, signal.SIGCONT)
        elif what == "stop the leader":
            members.signal(leader, signal.SIGSTOP)
            await asyncio.sleep(_STILL_S)
            members.signal(leader, signal.SIGCONT)
        else:
            number = leader if what == "kill the leader" else chance.choice([n for n in NUMBERS if n != leader])
            await asyncio.to_thread(members.kill, number)
            await asyncio.sleep(_REST_S)
            members.start(number)
    return befallen


async def _judge(storage: Storage, told: list[Told], following: tuple[object, dict[str, bytes], list[str], int]) -> int:
    """Print what was found.  Returns the number of things that can't be."""
    revision, rows, wrong, left_out = following
    wrong = [*wrong, *(text for each in told for text in each.wrong)]
    events = [event for each in told for event in each.events]
    wrong += violations(events)
    names = [name for name in (await storage.scan("")).names if not name.startswith(ROLE_PREFIX)]
    entries = (await storage.get_many(names)).entries
    if await storage.synced() != revision:
        wrong.append("the store changed after all had ended")
    if {key: entry.value for key, entry in entries.items()} != rows:
        wrong.append("what the feed told isn't what the store has")
    for name, counts in (("added", [each.added for each in told]), ("held", [each.held for each in told])):
        value = int(rows.get(name, b"0"))
        sure, unknown = sum(each[0] for each in counts), sum(each[1] for each in counts)
        print(f"  {name}: {value}, of {sure} that were acknowledged and {unknown} unknown")
        if not sure <= value <= sure + unknown:
            wrong.append(f"{name} is {value}, and {sure} to {sure + unknown} were told")
    print(f"  {len(events)} calls, {sum((each.done for each in told), Counter())}")
    for text, count in sum((each.failures for each in told), Counter()).most_common(12):
        print(f"  {count:5} {text}")
    print(f"  the follower began anew {left_out} times")
    for text in wrong:
        print(f"WRONG: {text}")
    return len(wrong)


async def _run(kind: str, seconds: float, seed: int, folder: Path) -> int:
    members = Members(KINDS[kind](folder), folder)
    try:
        for number in NUMBERS:
            members.start(number)
        print(f"{kind}: member {await asyncio.to_thread(members.leader)} leads")
        storage = await _ready(members)
        with contextlib.ExitStack() as stack:
            opener = members.kind.opener()
            follower = stack.enter_context(worker(opener, follow))
            workers = [stack.enter_context(worker(opener, work)) for _ in _PROCESSES]
            for number, (name, each) in enumerate(zip(_PROCESSES, workers, strict=True)):
                each.link.send((name, seed * 10 + number))
            for each in (*workers, follower):
                await each.link.receive(120.0)
            befallen = await _befall(members, workers, seconds, random.Random(seed))  # noqa: S311 - a repeatable order of events
            for each in workers:
                each.link.send("end")
            told = [await each.link.receive(120.0) for each in workers]
            follower.link.send("end")
            following = await follower.link.receive(120.0)
        wrong = await _judge(storage, told, following)
        print(f"{kind}: {wrong} wrong; {dict(befallen)}")
        await storage.close()
        return wrong
    finally:
        members.stop()


def main() -> int:
    """Run it.  Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.members")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix=f"strongroom-members-{given.kind}-"))
    try:
        return 1 if asyncio.run(_run(given.kind, given.seconds, given.seed, folder)) else 0
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
