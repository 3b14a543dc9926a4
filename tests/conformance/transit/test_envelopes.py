"""`transit envelope` with a real server: files are encrypted and decrypted, and nothing is left of what fails."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.program import OURS, forked
from tests.conformance.servers import ROOT_TOKEN, Server, start_ours

KEY = "transit/keys/k"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a transit mount and two keys."""
    with start_ours(tmp_path_factory.mktemp("envelopes")) as running:
        for words in (
            ["secrets", "enable", "transit"],
            *(["write", "-f", f"transit/keys/{k}"] for k in ("k", "other")),
        ):
            done = run(running, *words)
            assert done.returncode == 0, done.stderr
        yield running


def run(server: Server, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program against the server."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "VAULT_ADDR": server.url,
        "VAULT_TOKEN": ROOT_TOKEN,
    }
    return subprocess.run([forked(OURS), *words], env=environment, input=stdin, capture_output=True, check=False)


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 1_000_003])
def test_a_file_comes_back(server: Server, tmp_path: Path, size: int) -> None:
    """A file of any size is encrypted beside itself and comes back, readable for its owner alone."""
    plain, sealed = tmp_path / "data.bin", tmp_path / "data.bin.vee"
    content = os.urandom(size)
    plain.write_bytes(content)
    done = run(server, "transit", "envelope", "encrypt", KEY, str(plain))
    assert done.returncode == 0, done.stderr
    assert plain.read_bytes() == content
    assert size < 16 or content[:16] not in sealed.read_bytes()
    plain.unlink()
    done = run(server, "transit", "envelope", "decrypt", KEY, str(sealed))
    assert done.returncode == 0, done.stderr
    assert plain.read_bytes() == content
    assert {each.stat().st_mode & 0o777 for each in (plain, sealed)} == {0o600}


def test_several_files_and_standard_streams(server: Server, tmp_path: Path) -> None:
    """Several files are done at once, each with a data key of its own; standard input goes to standard output."""
    files = [tmp_path / name for name in ("a", "b")]
    for file in files:
        file.write_text("same")
    assert run(server, "transit", "envelope", "encrypt", "-quiet", KEY, *map(str, files)).stdout == b""
    headers = [
        json.loads(run(server, "transit", "envelope", "header", "-format=json", f"{file}.vee").stdout) for file in files
    ]
    assert headers[0]["key"] == KEY
    assert headers[0]["ciphertext"] != headers[1]["ciphertext"]
    sealed = run(server, "transit", "envelope", "encrypt", KEY, "-", stdin=b"piped").stdout
    assert run(server, "transit", "envelope", "decrypt", KEY, "-", stdin=sealed).stdout == b"piped"


@pytest.mark.parametrize("fault", ["cut", "altered", "header", "aad", "key", "other file", "empty", "name"])
def test_nothing_is_left_of_what_fails(server: Server, tmp_path: Path, fault: str) -> None:
    """A file that was cut or altered, another key or other data: an error, and no file."""
    plain, sealed = tmp_path / "data", tmp_path / "data.vee"
    plain.write_bytes(bytes(200_000))
    run(server, "transit", "envelope", "encrypt", "-aad=right", "-mime-type=text/plain", KEY, str(plain))
    plain.unlink()
    text = sealed.read_bytes()
    changed = {
        "cut": text[:-70_000],
        "altered": text[:100_000] + bytes([text[100_000] ^ 1]) + text[100_001:],
        "header": text.replace(b"text/plain", b"text/plaim"),
        "other file": b"hello",
        "empty": b"",
    }
    sealed.write_bytes(changed.get(fault, text))
    aad, key = ("-aad=wrong" if fault == "aad" else "-aad=right"), ("transit/keys/other" if fault == "key" else KEY)
    name = tmp_path / "none.vee" if fault == "name" else sealed
    done = run(server, "transit", "envelope", "decrypt", aad, key, str(name))
    assert done.returncode in {1, 2}
    assert b"Traceback" not in done.stderr
    assert done.stderr
    assert list(tmp_path.iterdir()) == [sealed]


@pytest.mark.parametrize(
    "words",
    [
        ["encrypt", "transit/k", "{file}"],
        ["encrypt", KEY],
        ["encrypt", KEY, "-", "{file}"],
        ["encrypt", "-output=x", KEY, "{file}", "{file}"],
        ["encrypt", "-output=x", "-suffix=y", KEY, "{file}"],
        ["encrypt", "-metadata=!", KEY, "{file}"],
        ["encrypt", "-metadata=@/nonexistent", KEY, "{file}"],
        ["encrypt", "-metadata=@/dev/zero", KEY, "{file}"],
        ["encrypt", KEY, "/"],
        ["encrypt", "-output=/nonexistent/x", KEY, "{file}"],
        ["encrypt", "none/keys/k", "{file}"],
        ["encrypt", "transit/keys/none", "{file}"],
        ["decrypt", KEY, "{file}"],
        ["header", "{file}"],
    ],
)
def test_wrong_words_are_told(server: Server, tmp_path: Path, words: list[str]) -> None:
    """Wrong words have an error that says what is wrong, and make no file."""
    file = tmp_path / "file"
    file.write_text("hello")
    done = run(server, "transit", "envelope", *(word.replace("{file}", str(file)) for word in words))
    assert done.returncode in {1, 2}
    assert b"Traceback" not in done.stderr
    assert done.stderr
    assert list(tmp_path.iterdir()) == [file]


def test_files_are_not_overwritten(server: Server, tmp_path: Path) -> None:
    """A file that exists stays as it is, when encrypting and when decrypting."""
    plain, sealed = tmp_path / "data", tmp_path / "data.vee"
    plain.write_text("hello")
    assert run(server, "transit", "envelope", "encrypt", KEY, str(plain)).returncode == 0
    before = sealed.read_bytes()
    plain.write_text("changed")
    for words in (["encrypt", KEY, str(plain)], ["decrypt", KEY, str(sealed)]):
        done = run(server, "transit", "envelope", *words)
        assert done.returncode == 1
        assert b"exists already" in done.stderr
    assert sealed.read_bytes() == before
    assert plain.read_text() == "changed"
