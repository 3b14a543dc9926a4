"""Imports that are killed, or lose their token or the source in the middle, and go on."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.importing.asking import Side
from tests.conformance.importing.conftest import Move
from tests.conformance.loaded.forks import Fork

SECRETS = 100
KILLS = 20


def fill(side: Side) -> None:
    """Secrets of both versions, in folders, and a role for each ten."""
    side.write("sys/mounts/one", {"type": "kv", "options": {"version": "1"}})
    side.write("sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
    side.write("two/config", {"max_versions": 5})
    side.write("sys/auth/apps", {"type": "approle"})
    for n in range(SECRETS):
        side.write(f"one/s{n}", {"n": n})
        side.write(f"two/data/s{n}", {"data": {"n": n}})
        if n % 10 == 0:
            side.write(f"two/data/s{n}", {"data": {"n": n, "again": True}})
            side.write(f"auth/apps/role/r{n}", {"token_ttl": n})


def check_whole(move: Move) -> None:
    """Everything is there, once: one version where there was one, two where there were two."""
    assert sorted(move.destination.names("one/")) == sorted(move.source.names("one/"))
    for n in range(SECRETS):
        assert move.destination.read(f"one/s{n}") == {"n": n}
        there = move.source.read(f"two/metadata/s{n}")
        here = move.destination.read(f"two/metadata/s{n}")
        assert sorted(here["versions"]) == sorted(there["versions"]), n
    for n in range(0, SECRETS, 10):
        assert move.destination.read(f"auth/apps/role/r{n}")["token_ttl"] == n
    assert move.destination.read("two/config")["max_versions"] == 5


def lines(path: Path) -> int:
    """How many objects a journal has."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for_lines(run: Fork, journal: Path, number: int) -> bool:
    """Wait until a journal has so many lines; False if the run ends before."""
    deadline = time.monotonic() + 60
    while lines(journal) < number:
        if run.poll() is not None:
            return False
        assert time.monotonic() < deadline, "the journal doesn't grow"
    return True


def test_killed_at_twenty_points(move: Move) -> None:
    """However often it is killed, nothing is written twice and nothing is lost; what is done isn't done again."""
    fill(move.source)
    killed = 0
    for point in range(KILLS):
        run = move.start(f"-journal={move.journal}", "-only=mounts,auth,configs,roles,kv", "-parallel=4")
        try:
            # Now in the first lines of a run, now further on; between two lines, objects are being written.
            if wait_for_lines(run, move.journal, 2 + point * 11):
                killed += 1
        finally:
            run.send_signal(signal.SIGKILL)
            run.wait()
    assert killed == KILLS
    last = move.run(f"-journal={move.journal}", "-only=mounts,auth,configs,roles,kv")
    assert (last.code, last.err) == (0, "")
    # The journal has lines besides: its head, and one before each mount.
    assert last.report["resumed"] >= (KILLS - 1) * 11 - 8
    assert {each["state"] for each in last.report["objects"]} == {"imported", "same", "listed"}
    check_whole(move)
    whole = [json.loads(line) for line in move.journal.read_text().splitlines()]
    done = [(each["kind"], each["mount"], each["path"]) for each in whole[1:] if "state" in each]
    assert len(done) == len(set(done))


def test_a_torn_line_is_done_again(move: Move) -> None:
    """A process that dies while it writes a line leaves a journal that can be used."""
    fill(move.source)
    move.run(f"-journal={move.journal}", "-only=mounts")
    with move.journal.open("ab") as file:
        file.write(b'{"kind": "kv", "names')
    assert move.run(f"-journal={move.journal}").code == 0
    assert "names\n" not in move.journal.read_text()
    check_whole(move)


def test_a_token_that_ends_in_the_middle(move: Move) -> None:
    """It is told as what it is, after one object and not after all; with a new token the import goes on."""
    fill(move.source)
    created = move.source.within("").ask("POST", "auth/token/create", {"policies": ["root"], "num_uses": 150})[1]
    ended = move.run(f"-journal={move.journal}", token=created["auth"]["client_token"])
    assert ended.code == 2
    assert "the token has expired, or was revoked" in ended.err
    assert ended.report["left"] > 50
    assert [each for each in ended.report["objects"] if each["state"] == "failed"] == []
    again = move.run(f"-journal={move.journal}")
    assert (again.code, again.report["left"]) == (0, 0)
    assert again.report["resumed"] > 0
    check_whole(move)


@contextlib.contextmanager
def passed_on(port: int, connections: int) -> Iterator[str]:
    """An address that leads to a port of this machine for so many connections, and then to nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def serve() -> None:
            for _ in range(connections):
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                carrying.append(threading.Thread(target=_carry, args=(near, port)))
                carrying[-1].start()
            listener.close()

        carrying = [threading.Thread(target=serve)]
        carrying[0].start()
        yield address
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        for thread in carrying:
            thread.join(10)


def _carry(near: socket.socket, port: int) -> None:
    with near, socket.create_connection(("127.0.0.1", port)) as far:
        back = threading.Thread(target=_copy, args=(far, near))
        back.start()
        _copy(near, far)
        back.join(10)


def _copy(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := one.recv(65536):
            other.sendall(block)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def test_a_source_that_dies_in_the_middle(move: Move) -> None:
    """It ends with what is done in the journal, and says that the source is gone; then it goes on where it was."""
    fill(move.source)
    port = int(move.source.server.address.rpartition(":")[2])
    with passed_on(port, 150) as address:
        ended = move.run("-patience=300ms", address=address)
        assert ended.code == 2
        assert "it ended early, by the source: " in ended.err
        assert ended.report["left"] > 0
    again = move.run()
    assert again.code == 0
    assert "same" in again.states("kv").values()
    check_whole(move)


def test_a_journal_is_of_one_import(move: Move, tmp_path: Path) -> None:
    """A journal of other servers is refused, and so is one that another process uses."""
    fill(move.source)
    assert move.run(f"-journal={move.journal}", "-only=mounts").code == 0
    other = Move(move.source.within(""), move.destination, tmp_path)
    refused = other.run(f"-journal={move.journal}", "-plan=false", "-only=mounts")
    assert refused.code == 1
    assert "it is the journal of another import, whose source is" in refused.err
