"""The command `debug`: collects a server's state over a time, in one archive that can be sent to somebody."""

from __future__ import annotations

import io
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from strongroom.__about__ import __version__
from strongroom.cli.command import Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.client import values
from strongroom.client.client import Client
from strongroom.client.durations import go_text
from strongroom.client.errors import ClientError, describe
from strongroom.client.private_file import replace_private

_SECOND_NS = 10**9
_SHORTEST_S = 5.0
_PROFILED_S = 5
_PATHS = {
    "config": "sys/config/state/sanitized",
    "host": "sys/host-info",
    "metrics": "sys/metrics",
    "replication-status": "sys/replication/status",
    "requests": "sys/in-flight-req",
    "server-status": "sys/seal-status",
}
_ONCE = frozenset({"config"})
_PROFILES = "pprof"
_PROFILE_PATHS = {
    "goroutine": "sys/pprof/goroutine",
    "heap": "sys/pprof/heap",
    "threadcreate": "sys/pprof/threadcreate",
    "profile": "sys/pprof/profile",
}
_TARGETS = (*_PATHS, _PROFILES)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to ask, and when; times in seconds."""

    targets: tuple[str, ...]
    duration_s: float
    interval_s: float
    metrics_interval_s: float

    def interval(self, target: str) -> float:
        """How long to wait between two questions."""
        if target in _ONCE:
            return float("inf")
        return self.metrics_interval_s if target == "metrics" else self.interval_s


def _plan(call: Invocation) -> _Plan:
    flags = call.flags
    targets = tuple(flags.many("target")) or _TARGETS
    unknown = [target for target in targets if target not in _TARGETS]
    if unknown:
        raise Failure(f"Invalid target: {', '.join(unknown)}. Valid targets are: {', '.join(_TARGETS)}")
    seconds = {name: flags.number(name) / _SECOND_NS for name in ("duration", "interval", "metrics-interval")}
    for name, value in seconds.items():
        if value < _SHORTEST_S:
            raise Failure(f"-{name} is at least {_SHORTEST_S:.0f}s")
    return _Plan(targets, seconds["duration"], seconds["interval"], seconds["metrics-interval"])


def _ask(client: Client, target: str) -> dict[str, object]:
    """The server's response, or the reason why there is none.  An archive with a gap is better than none."""
    now = datetime.now(UTC).isoformat()
    try:
        return {"timestamp": now, "answer": client.request("GET", _PATHS[target]).json()}
    except (ClientError, ValueError) as error:
        return {"timestamp": now, "error": str(error)}


def _profiles(client: Client, seconds: int) -> dict[str, bytes]:
    """Profiles in the form of `go tool pprof`, by the names of their files; a text where there is none.

    Args:
        seconds: how long the use of the processor is looked at.
    """
    files = {}
    for name, path in _PROFILE_PATHS.items():
        query = [("seconds", str(seconds))] if name == "profile" else []
        try:
            files[f"{name}.pprof"] = client.request("GET", path, query=query).body
        except (ClientError, ValueError) as error:
            files[f"{name}.txt"] = f"{error}\n".encode()
    return files


def _collect(call: Invocation, plan: _Plan) -> dict[str, list[dict[str, object]]]:
    client = call.client()
    asked = [target for target in plan.targets if target in _PATHS]
    found: dict[str, list[dict[str, object]]] = {target: [] for target in asked}
    begun = time.monotonic()
    due = dict.fromkeys(asked, begun)
    try:
        while asked and min(due.values()) <= begun + plan.duration_s:
            time.sleep(max(0.0, min(due.values()) - time.monotonic()))
            for target in asked:
                if due[target] <= time.monotonic():
                    found[target].append(_ask(client, target))
                    due[target] += plan.interval(target)
    except KeyboardInterrupt:
        call.terminal.warn("Interrupted; what was collected so far is kept.")
    return found


def _files(call: Invocation, plan: _Plan, found: dict[str, list[dict[str, object]]]) -> dict[str, bytes]:
    index = {
        "version": __version__,
        "address": call.client().settings.address,
        "targets": list(plan.targets),
        "duration_seconds": plan.duration_s,
        "interval_seconds": plan.interval_s,
    }
    documents: dict[str, object] = {"index": index, **{name: answers for name, answers in found.items() if answers}}
    return {f"{name}.json": values.encode(document, "  ").encode() for name, document in documents.items()}


@contextmanager
def _claimed(output: Path, *, compress: bool) -> Iterator[Path]:
    """An empty directory or archive, for its owner alone; it goes again when the block fails.

    It is made before anything is asked: what was collected for minutes isn't lost to a name that exists.

    Raises: `Failure` when it can't be made.
    """
    place = Path(f"{output}.tar.gz") if compress else output
    try:
        if compress:
            place.touch(mode=0o600, exist_ok=False)
        else:
            place.mkdir(mode=0o700)
    except OSError as error:
        raise Failure(f"Error writing {place}: {describe(error)}") from error
    try:
        yield place
    except BaseException:
        if compress:
            place.unlink(missing_ok=True)
        else:
            shutil.rmtree(place, ignore_errors=True)
        raise


def _write(place: Path, files: dict[str, bytes], *, compress: bool) -> None:
    """Write the files below a directory, or into an archive; only their owner can read them."""
    if not compress:
        for name, content in files.items():
            replace_private(str(place / name), content)
        return
    folder = place.name.removesuffix(".tar.gz")
    with tarfile.open(place, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(content), 0o600, int(time.time())
            tar.addfile(entry, io.BytesIO(content))


def _debug(call: Invocation) -> int:
    plan = _plan(call)
    name = call.flags.text("output") or f"strongroom-debug-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}"
    compress = call.flags.on("compress")
    with _claimed(Path(name.removesuffix(".tar.gz")), compress=compress) as place:
        call.terminal.out(f"Collecting {', '.join(plan.targets)} for {go_text(int(plan.duration_s * _SECOND_NS))}")
        profiles = _profiles(call.client(), _PROFILED_S) if _PROFILES in plan.targets else {}
        files = {**_files(call, plan, _collect(call, plan)), **profiles}
        try:
            _write(place, files, compress=compress)
        except OSError as error:
            raise Failure(f"Error writing {place}: {describe(error)}") from error
    call.terminal.out(f"Success! Bundle written to: {place}")
    return 0


_OPTIONS = (
    Flag("compress", "Write one archive instead of a directory.", "bool", default=True),
    Flag("duration", "How long to collect.", "duration", default=120 * _SECOND_NS),
    Flag("interval", "How long to wait between two questions.", "duration", default=30 * _SECOND_NS),
    Flag("metrics-interval", "The same for metrics.", "duration", default=10 * _SECOND_NS),
    Flag("output", "Where to write; by default a name with the time in the current directory."),
    Flag("target", f"What to collect, of {', '.join(_TARGETS)}; may be repeated. By default all.", "strings"),
)

COMMANDS = {
    "debug": Command(
        "debug [options]",
        "Asks a server about its state for a while and writes the answers into an archive, for somebody to look at. "
        "It holds no secrets, but names, addresses and settings.\n\n$ strongroom debug -duration=1m -target=metrics",
        _debug,
        (Group("Command Options", _OPTIONS),),
        Arity(),
    ),
}
