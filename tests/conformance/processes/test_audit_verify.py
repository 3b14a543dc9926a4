"""`strongroom audit verify` against a real node and its log."""

from __future__ import annotations

import gzip
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.conformance.processes.node import Node, running, wait_until
from tests.conformance.program import forked
from tests.conformance.servers import OURS


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Path]]:
    """A node, and the log of two workers, of a device that was disabled and enabled again, and of a restart."""
    with running(Node(tmp_path_factory.mktemp("verify") / "node", workers_wanted=2)) as node:
        node.ready()
        log = node.directory / "audit.log"
        options = {"type": "file", "options": {"file_path": str(log)}}
        node.ok("PUT", "sys/audit/file", options)
        for number in range(20):
            node.ok("POST", f"cubbyhole/{number}", {"v": "1"})
        node.ok("DELETE", "sys/audit/file")
        node.ok("PUT", "sys/audit/file", options)
        for number in range(20):
            node.ok("GET", f"cubbyhole/{number}")
        node.restart()
        node.unseal()
        for number in range(5):
            node.ok("GET", f"cubbyhole/{number}")
        writers = {json.loads(line)["chain"]["writer"] for line in log.read_text().splitlines()}
        known = set[str]()

        def all_known() -> bool:
            devices = node.ok("GET", "sys/internal/audit/chain/file").data["devices"]
            known.update(head["writer"] for device in devices for head in device["heads"])
            return writers <= known

        wait_until(all_known, "the store doesn't get to know every writer")
        yield node, log


def verify(node: Node, *arguments: str | Path, stdin: IO[bytes] | None = None) -> tuple[int, str]:
    """The command's exit status and output."""
    done = subprocess.run(
        [str(forked(OURS)), "audit", "verify", *map(str, arguments)],
        stdin=stdin or subprocess.DEVNULL,
        env={"VAULT_ADDR": f"http://{node.address}", "VAULT_TOKEN": node.token, "HOME": str(node.directory)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_was_written_passes(logged: tuple[Node, Path]) -> None:
    """Over a disabling and a restart, in several files of which one is packed, while the server goes on to write."""
    node, log = logged
    code, out = verify(node, log)
    assert (code, "nothing is changed or missing" in out) == (0, True), out
    lines = log.read_bytes().splitlines(keepends=True)
    first, second = log.with_name("copy.1.gz"), log.with_name("copy")
    with gzip.open(first, "wb") as file:
        file.write(b"".join(lines[:30]))
    second.write_bytes(b"".join(lines[30:]))
    code, out = verify(node, first, second)
    assert code == 0, out
    assert verify(node, "-partial", second)[0] == 0
    code, out = verify(node, second)
    assert code == 1
    assert "begins at line" in out or "is missing" in out


Lines = list[bytes]


def _changed(lines: Lines) -> Lines:
    return [*lines[:10], lines[10].replace(b'"path":"', b'"path":"x'), *lines[11:]]


def _dropped(lines: Lines) -> Lines:
    return lines[:10] + lines[11:]


def _inserted(lines: Lines) -> Lines:
    return [*lines[:11], lines[10], *lines[11:]]


def _swapped(lines: Lines) -> Lines:
    writer = json.loads(lines[10])["chain"]["writer"]
    other = next(n for n in range(11, len(lines)) if json.loads(lines[n])["chain"]["writer"] == writer)
    return [*lines[:10], lines[other], *lines[11:other], lines[10], *lines[other + 1 :]]


def _writer_gone(lines: Lines) -> Lines:
    writer = json.loads(lines[10])["chain"]["writer"]
    return [line for line in lines if json.loads(line)["chain"]["writer"] != writer]


def _end_cut(lines: Lines) -> Lines:
    """The last three lines of a writer that has ended long ago."""
    writer = json.loads(lines[10])["chain"]["writer"]
    own = [n for n, line in enumerate(lines) if json.loads(line)["chain"]["writer"] == writer]
    return [line for n, line in enumerate(lines) if n not in own[-3:]]


def _foreign(lines: Lines) -> Lines:
    forged = lines[10].replace(b'"writer":"', b'"writer":"another-')
    return [*lines, forged]


@pytest.mark.parametrize(
    ("manipulate", "text"),
    [
        (_changed, "is not what was written"),
        (_dropped, "goes on at"),
        (_inserted, "goes on at"),
        (_swapped, "goes on at"),
        (_writer_gone, "is missing: it has written"),
        (_end_cut, "it has written"),
        (_foreign, "begins at line"),
    ],
)
def test_every_manipulation_is_found(
    logged: tuple[Node, Path], manipulate: Callable[[Lines], Lines], text: str
) -> None:
    """By whoever can write to the log's files and hasn't the store."""
    node, log = logged
    copy = log.with_name(f"{manipulate.__name__}.copy")
    copy.write_bytes(b"".join(manipulate(log.read_bytes().splitlines(keepends=True))))
    code, out = verify(node, copy)
    assert code == 1, out
    assert text in out


def test_the_key_is_for_sudo(logged: tuple[Node, Path]) -> None:
    """A token that may read the path, and has no sudo, doesn't get the key; and the log has only its digest."""
    node, log = logged
    node.ok("PUT", "sys/policies/acl/reader", {"policy": 'path "sys/*" { capabilities = ["read"] }'})
    made = node.ok("POST", "auth/token/create", {"policies": ["reader"]}).json["auth"]["client_token"]
    assert node.call("GET", "sys/internal/audit/chain/file", token=made).status == 403
    key = node.ok("GET", "sys/internal/audit/chain/file").data["devices"][0]["chain_key"]
    assert key not in log.read_text()


def test_standard_input_is_a_file(logged: tuple[Node, Path]) -> None:
    """What a program unpacks or fetches is checked without a copy on the disk; it can be named once."""
    node, log = logged
    lines = log.read_bytes().splitlines(keepends=True)
    with tempfile.TemporaryFile() as first:
        first.write(b"".join(lines[:30]))
        first.seek(0)
        rest = log.with_name("rest")
        rest.write_bytes(b"".join(lines[30:]))
        code, out = verify(node, "-", rest, stdin=first)
        assert (code, "nothing is changed or missing" in out) == (0, True), out
    with tempfile.TemporaryFile() as changed:
        changed.write(lines[0].replace(b'"type"', b'"kind"'))
        changed.seek(0)
        code, out = verify(node, "-partial", "-", stdin=changed)
        assert code == 1
        assert out.startswith("standard input:1: ")
    code, out = verify(node, "-", "-")
    assert (code, out) == (1, "Standard input can be named once.\n")


def test_a_file_that_is_no_log_is_told_in_a_screen(logged: tuple[Node, Path], tmp_path: Path) -> None:
    """A fault in each of ten thousand lines isn't ten thousand lines of output, unless they are asked for."""
    node, log = logged
    other = tmp_path / "other.txt"
    other.write_bytes(b"no entry\n" * 10_000)
    code, out = verify(node, log, other)
    assert code == 1
    assert len(out.splitlines()) < 40
    assert f"{other}: 9980 more faults, which -all shows\n" in out
    assert "faults: 10000\n" in out
    code, out = verify(node, "-all", log, other)
    assert code == 1
    assert f"{other}:10000: no entry with a link of the chain\n" in out


def test_a_damaged_packed_file_is_an_error(logged: tuple[Node, Path], tmp_path: Path) -> None:
    """Bytes that can't be unpacked end the check with the file's name."""
    node, log = logged
    packed = bytearray(gzip.compress(log.read_bytes()))
    packed[20:40] = bytes(20)
    (tmp_path / "log.gz").write_bytes(packed)
    code, out = verify(node, tmp_path / "log.gz")
    assert code == 1
    assert f"Error reading {tmp_path}/log.gz" in out
    assert "Traceback" not in out
