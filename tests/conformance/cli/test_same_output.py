"""Runs each command line with the peer's program and with ours, each against a server of the peer, and compares.

Ours is forked (`tests/conformance/loaded`), by a shell where the line needs one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conformance.cli.cases import CASES
from tests.conformance.cli.plain import plain
from tests.conformance.loaded.forks import STARTED, loaded
from tests.conformance.program import OURS, PEER, forked, served
from tests.ports import free_port

_ROOT = {"X-Vault-Token": "root"}
_NEARLY = re.compile(r"(?<![A-Za-z0-9])(?:(\d+)h)?59m[3-5]\d(?:\.\d+)?s\b")
"""What was whole hours a few seconds before."""
_SUBSTITUTES = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
    (r'"[0-9a-f]{64}"', '"<share>"'),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)", "<time>"),
    (r"\d\d [A-Z][a-z][a-z] \d\d \d\d:\d\d UTC", "<time>"),
    # Before what else could stand in it: it is made of letters and digits at random.
    (r"\bOTP +\w+", "OTP <otp>"),
    (r'"?(server_time_utc|creation_time)"?:? +\d+', "<epoch>"),
    (r"\b([sb]|hv[sb])\.[\w-]{20,}", "<token>"),
    (r"\b[A-Za-z0-9]{24}\b", "<accessor>"),
    (r"\b\w+_[0-9a-f]{8}\b", "<mount>"),
    (r"(?<![A-Za-z0-9])(\d+h)?(\d+m)?\d+s\b", "<duration>"),
    (r"\b(3[56]|17|53)\d\d\b", "<seconds>"),
    (r'"?id"?:? +"?[A-Za-z0-9]{6}\b', "<namespace>"),
    (r"(?m)^(Key Term|Encryption Count) +\d+", r"\1 <n>"),
    (r'"(term|encryptions)": \d+', r'"\1": <n>'),
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
    """A development server of the peer, the directory that a program runs in, and whether it is forked."""

    address: str
    directory: Path
    forks: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a command line did."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Peer]]:
    """A server for each program, so that both can run at the same time and meet the same."""
    with contextlib.ExitStack() as stack:
        found = {
            program: stack.enter_context(_peer(tmp_path_factory.mktemp(program))) for program in ("strongroom", "bao")
        }
        yield {**found, "strongroom": replace(found["strongroom"], forks=not STARTED)}


@contextlib.contextmanager
def _peer(directory: Path) -> Iterator[Peer]:
    (directory / "bin").mkdir()
    (directory / "bin" / "bao").symlink_to(PEER)
    (directory / "bin" / "strongroom").symlink_to(forked(OURS))
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
    address = f"127.0.0.1:{free_port()}"
    command = [PEER, "server", "-dev", "-dev-root-token-id=root", "-dev-no-store-token"]
    command += [f"-dev-listen-address={address}"]
    with served(command, directory, directory / "server.log", lambda server: "server started" in server.log_text()):
        yield Peer(f"http://{address}", directory)


def _shell(peer: Peer, line: str, program: str, home: Path) -> Outcome:
    environment = {
        "PATH": f"{peer.directory / 'bin'}:{os.environ['PATH']}",
        "HOME": str(home),
        "P": program,
        "BAO_ADDR": peer.address,
        "BAO_TOKEN": "root",
        "LC_ALL": "C.UTF-8",
    }
    if peer.forks and (command := plain(line)) is not None:
        code, out, err = loaded().run(command.words, environment | command.environment, peer.directory)
    else:
        done = subprocess.run(
            ["bash", "-c", line],
            env=environment,
            cwd=peer.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        code, out, err = done.returncode, done.stdout, done.stderr
    return Outcome(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def normal(text: str) -> str:
    """The text without what differs between two runs: ids, times, the program's name, the order of headers."""
    text = _NEARLY.sub(lambda found: f"{int(found[1] or 0) + 1}h", text)
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


def _common(text: str, peer: Peer, home: Path, name: str) -> str:
    """The text without what differs between two programs that did the same on two servers."""
    host, _, port = peer.address.partition("//")[2].partition(":")
    for own, common in (
        (str(home), "<home>"),
        (name, "<name>"),
        (f"{host}:{port}", "<server>"),
        (f"{host}:{int(port) + 1}", "<other server>"),
    ):
        text = text.replace(own, common)
    return normal(re.sub(r"vault-cluster-\w+", "<cluster>", text))


def _run(peer: Peer, block: int, program: str) -> list[Outcome]:
    """Run a block's lines in order with one program, under names of their own, and clean up."""
    name = f"c{block:04d}{'strongroom' if program == 'strongroom' else 'openbaobao'}"
    home = peer.directory / f"{name}.home"
    home.mkdir()
    outcomes = []
    for line in _BLOCKS[block]:
        outcome = _shell(peer, _named(line.removeprefix("!"), name), program, home)
        # What ours says beyond the peer's text stands in lines of its own: tests/conformance/cli/test_advice.py.
        said = re.sub(r"(?m)^(Note: |An address begins with ).*\n", "", outcome.stderr)
        texts = [_common(text, peer, home, name) for text in (outcome.stdout, said)]
        outcomes.append(Outcome(outcome.code, *texts))
    for place in (
        *(f"{table}/{mount}" for mount in (name, f"{name}-2") for table in ("sys/mounts", "sys/auth", "cubbyhole")),
        f"secret/metadata/{name}",
        f"sys/policies/acl/{name}",
    ):
        request = urllib.request.Request(f"{peer.address}/v1/{place}", method="DELETE", headers=_ROOT)
        with contextlib.suppress(urllib.error.HTTPError):  # it isn't there
            urllib.request.urlopen(request).close()
    shutil.rmtree(home)
    return outcomes


@pytest.fixture(scope="session")
def outcomes(peers: dict[str, Peer]) -> Iterator[Callable[[int], dict[str, list[Outcome]]]]:
    """What both programs did with a block, run once."""
    done: dict[int, dict[str, list[Outcome]]] = {}
    with ThreadPoolExecutor(len(peers)) as pool:

        def run(block: int) -> dict[str, list[Outcome]]:
            if block not in done:
                running = {program: pool.submit(_run, peer, block, program) for program, peer in peers.items()}
                done[block] = {program: future.result() for program, future in running.items()}
            return done[block]

        yield run


def _named(line: str, name: str) -> str:
    """The line with `@` replaced where it stands for a name: not before a file (`@FILE`, `@/.`, `@/missing`)."""
    return re.sub(r"(?<![\\=\w])@(?![A-Z]|/\.|/missing)|(?<=[=/])@(?![A-Z/\w])", name, line)


@pytest.mark.parametrize("case", _ALL, ids=lambda case: f"{case.block}-{case.line} {case.text[:70]}")
def test_both_programs_say_the_same(case: Case, outcomes: Callable[[int], dict[str, list[Outcome]]]) -> None:
    """Exit code, standard output and standard error are those of the peer's program."""
    both = outcomes(case.block)
    assert both["strongroom"][case.line] == both["bao"][case.line]


@pytest.mark.parametrize(
    "line",
    ["$P status -format=json", "BAO_FORMAT=yaml $P secrets list", "$P policy read 'no such'", "$P read -nope x"],
)
def test_a_plain_line_is_what_a_shell_makes_of_it(line: str, peers: dict[str, Peer], tmp_path: Path) -> None:
    """The same exit code and outputs as in a shell."""
    peer = peers["strongroom"]
    both = [_shell(replace(peer, forks=forks), line, "strongroom", tmp_path) for forks in (not STARTED, False)]
    assert both[0] == both[1]
    assert plain(line) is not None
