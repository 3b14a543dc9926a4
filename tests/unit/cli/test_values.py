"""Values from the command line, from files and from standard input arrive as they are, or are refused."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import answering

NOTE = "ends in a newline, which is kept"


def write(
    directory: Path, *words: str | bytes, given: bytes = b"", command: str = "write x/y"
) -> tuple[int, str, list[object]]:
    """Write to a server; the exit code, standard error, and what the server got."""
    with answering({}) as server:
        done = subprocess.run(
            [forked(OURS), *command.split(), *words],
            env={"PATH": os.environ["PATH"], "HOME": str(directory), "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
            cwd=directory,
            input=given,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stderr.decode("utf-8", "replace"), [body for body in server.bodies if body]


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (["a=@image.png"], b""),
        (["a=-"], b"\x89PNG\r\n"),
        ([b"a=\xff"], b""),
        ([b"\xff=a"], b""),
        (["-"], b'{"a":"\xff"}'),
        (["-"], b'{"a":{"b":["\xff"]}}'),
        (["-"], b'{"a":"\\ud800"}'),
        (["@document.json"], b""),
    ],
    ids=repr,
)
@pytest.mark.parametrize("command", ["write x/y", "patch x/y", "kv put -mount=x y", "delete x/y"])
def test_bytes_that_json_cannot_hold_are_refused(
    tmp_path: Path, words: list[str | bytes], given: bytes, command: str
) -> None:
    """What is no UTF-8 isn't sent with other letters in its place: it is refused, and base64 is named."""
    (tmp_path / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (tmp_path / "document.json").write_bytes(b'{"a":"\xff"}')
    code, complaint, bodies = write(tmp_path, *words, given=given, command=command)
    assert (code, bodies) == (1, [])
    assert "no UTF-8 text" in complaint
    assert "base64" in complaint


@pytest.mark.parametrize("text", ["a\0b", "\r\n", "a\rb\r\n", "é\u2028😀", "\ufeffx", "", "two\nlines\n"], ids=repr)
def test_every_text_arrives_whole(tmp_path: Path, text: str) -> None:
    """NUL, carriage returns and a byte order mark are kept, from a file and from standard input."""
    (tmp_path / "file").write_bytes(text.encode())
    code, complaint, bodies = write(tmp_path, "a=-", "b=@file", given=text.encode())
    assert (code, bodies) == (0, [{"a": text, "b": text}]), complaint


@pytest.mark.parametrize(
    ("words", "given", "noted"),
    [
        (["password=-"], b"hunter2\n", True),
        (["a=-"], b"hunter2\n", True),
        (["password=-"], b"hunter2", False),
        (["a=-"], b"two\nlines\n", False),
        (["a=-"], b"\n", False),
        (["password=@file"], b"", True),
        (["api_key=@file"], b"", True),
        (["DB_PASSWORD=@file"], b"", True),
        (["PUBLIC_KEY=@file"], b"", False),
        (["a=@file"], b"", False),
        (["public_key=@file"], b"", False),
        (["-"], b'{"password":"x"}\n', False),
        (["password=x\n"], b"", False),
    ],
    ids=repr,
)
def test_the_newline_of_echo_is_kept_and_told(tmp_path: Path, words: list[str], given: bytes, noted: bool) -> None:
    """One word and a newline from `echo`, or from a file where a secret is meant, is sent so and told of."""
    (tmp_path / "file").write_text("hunter2\n")
    for form in ("table", "json"):
        code, complaint, bodies = write(tmp_path, *words, given=given, command=f"write -format={form} x/y")
        assert (code, NOTE in complaint, len(bodies)) == (0, noted, 1)
        assert "hunter2" not in complaint
        if noted:
            assert list(bodies[0].values()) == ["hunter2\n"]  # type: ignore[attr-defined]


def test_a_policy_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """`policy write` sends no rules with other letters in place of bytes."""
    code, complaint, bodies = write(tmp_path, "p", "-", given=b'path "\xff" {}', command="policy write")
    assert (code, bodies) == (2, [])
    assert "Error opening policy file" in complaint


def test_an_answer_in_bytes_comes_out_as_it_is(tmp_path: Path) -> None:
    """`read -format=raw` prints bytes that are no UTF-8 unchanged; without it, the complaint names it."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Bytes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/pkix-cert")
            self.end_headers()
            self.wfile.write(b"\x30\x82\xff\r\n\x00")

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Bytes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        words = [f"-address=http://127.0.0.1:{server.server_port}", "pki/ca"]
        home, program = {"HOME": str(tmp_path)}, forked(OURS)
        raw, table = (
            subprocess.run([program, "read", f"-format={form}", *words], env=home, capture_output=True, check=False)
            for form in ("raw", "table")
        )
        server.shutdown()
    assert (raw.returncode, raw.stdout) == (0, b"\x30\x82\xff\r\n\x00\n")
    assert (table.returncode, table.stdout) == (2, b"")
    assert table.stderr.decode().splitlines() == [
        "Error reading pki/ca: the server's answer is no JSON, but application/pkix-cert",
        "Note: read with -format=raw prints such an answer as it is.",
    ]
