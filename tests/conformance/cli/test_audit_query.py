"""`strongroom audit query` on what a running server has written."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.program import forked
from tests.conformance.servers import OURS, Server, start_ours

POLICY = """
path "secret/data/shop/*" { capabilities = ["read"] }
path "auth/token/create"  { capabilities = ["update"] }
"""


@dataclass(frozen=True, slots=True)
class Audited:
    """A server, its log, and what was done there.

    Attributes:
        anna: the token of a login.
        job: a token that `anna` made.
    """

    server: Server
    log: Path
    anna: str
    job: str

    def run(self, *words: str, token: str = "", stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """One run of the program."""
        environment = {
            "VAULT_ADDR": self.server.url,
            "VAULT_TOKEN": token or self.server.token,
            "HOME": str(self.log.parent),
        }
        command = [str(forked(OURS)), *words]
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=60, check=False)

    def ok(self, *words: str, token: str = "", stdin: bytes = b"") -> str:
        """`run`, which must succeed."""
        done = self.run(*words, token=token, stdin=stdin)
        assert done.returncode == 0, (words, done)
        return done.stdout.decode()

    def query(self, *words: str, stdin: bytes = b"") -> list[list[str]]:
        """What `audit query` prints: who, operation, path of each request, in order."""
        lines = self.ok("audit", "query", "-format=json", *words, stdin=stdin).splitlines()
        found = [json.loads(line) for line in lines]
        return [
            [one["auth"].get("display_name", ""), *one["made_by"], one["request"]["path"], one["outcome"]]
            for one in found
        ]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    """Anna reads by herself, by a token of her token, and by a wrapped answer; the job is denied something."""
    directory = tmp_path_factory.mktemp("query")
    with start_ours(directory) as server:
        setting = Audited(server, directory / "audit.log", "", "")
        setting.ok("audit", "enable", "file", f"file_path={setting.log}")
        setting.ok("kv", "put", "-mount=secret", "shop/db", "password=s3cret")
        setting.ok("policy", "write", "shop", "-", stdin=POLICY.encode())
        setting.ok("auth", "enable", "userpass")
        setting.ok("write", "auth/userpass/users/anna", "password=hers", "token_policies=shop")
        login = ("login", "-method=userpass", "-no-store", "-field=token", "username=anna", "password=hers")
        anna = setting.ok(*login).strip()
        job = setting.ok("token", "create", "-display-name=job", "-field=token", token=anna).strip()
        for token in (anna, job):
            setting.ok("read", "secret/data/shop/db", token=token)
        assert setting.run("read", "secret/data/other", token=job).returncode == 2
        wrapped = setting.ok("read", "-wrap-ttl=60", "-field=wrapping_token", "secret/data/shop/db", token=anna).strip()
        setting.ok("unwrap", token=wrapped)
        yield Audited(server, setting.log, anna, job)


READERS = [
    ["userpass-anna", "secret/data/shop/db", "ok"],
    ["token-job", "userpass-anna", "secret/data/shop/db", "ok"],
    ["userpass-anna", "secret/data/shop/db", "ok"],
    ["token", "userpass-anna", "sys/wrapping/unwrap", "ok"],
]


def test_who_read_a_secret_is_told_by_name(audited: Audited) -> None:
    """By a login, by a token of its token, and by whoever opened what was wrapped: all lead to the person."""
    found = audited.query("-since=yesterday", "-request-path=secret/data/shop/db", "-name=*-anna", str(audited.log))
    assert found == READERS


def test_why_it_was_denied(audited: Audited) -> None:
    """Of a denied request the policies of the token are shown, and that none of them allowed it."""
    out = audited.ok("audit", "query", "-denied", "-detailed", str(audited.log))
    assert "denied     read       token-job < userpass-anna" in out
    assert "    policies: default, shop\n    granted by: no policy\n" in out


def test_a_value_and_a_token_are_found_by_their_digests(audited: Audited, tmp_path: Path) -> None:
    """Given by standard input or a file, so that they stand in no list of processes; the log has them as digests."""
    assert "s3cret" not in audited.log.read_text()
    log = str(audited.log)
    by_value = audited.query("-operation=read", "-value=-", log, stdin=b"s3cret\n")
    assert by_value == [READERS[0], READERS[1]]
    file = tmp_path / "token"
    file.write_text(f"{audited.job}\n")
    assert audited.query(f"-token=@{file}", "-operation=read", "-request-path=secret/*", log) == [
        READERS[1],
        ["token-job", "userpass-anna", "secret/data/other", "denied"],
    ]


def test_an_accessor_is_found_as_it_is_and_as_a_digest(audited: Audited) -> None:
    """An accessor of `token lookup`, and the digest that an entry shows, lead to the same requests."""
    accessor = audited.ok("token", "lookup", "-field=accessor", audited.job).strip()
    found = audited.query(f"-accessor={accessor}", "-request-path=secret/*", str(audited.log))
    assert found[0] == READERS[1]
    entry = json.loads(audited.ok("audit", "query", "-format=json", "-denied", str(audited.log)).splitlines()[0])
    digest = entry["auth"]["accessor"]
    assert digest.startswith("hmac-sha256:")
    assert audited.query(f"-accessor={digest}", "-request-path=secret/*", str(audited.log)) == found


def test_rotated_and_piped_files_are_one_log(audited: Audited, tmp_path: Path) -> None:
    """A packed file, a plain one and standard input, oldest first: makers in the first are known in the last."""
    lines = audited.log.read_bytes().splitlines(keepends=True)
    cut = next(number for number, line in enumerate(lines) if b'"secret/data/shop/db"' in line and b"-anna" in line)
    packed = tmp_path / "audit.log.2.gz"
    packed.write_bytes(gzip.compress(b"".join(lines[:cut])))
    rest = tmp_path / "audit.log.1"
    rest.write_bytes(b"".join(lines[cut : cut + 2]))
    files = (str(packed), str(rest), "-")
    found = audited.query("-request-path=secret/data/shop/db", "-name=*-anna", *files, stdin=b"".join(lines[cut + 2 :]))
    assert found == READERS


def test_nothing_found_is_an_exit_status(audited: Audited) -> None:
    """2, and no output for programs."""
    done = audited.run("audit", "query", "-until=2020-01-01", str(audited.log))
    assert (done.returncode, done.stdout) == (2, b"No entries match.\n")
    done = audited.run("audit", "query", "-format=json", "-until=2020-01-01", str(audited.log))
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("-since=soon",), 'Invalid value for -since: "soon" is no moment'),
        (("-remote-address=10.1.2",), "Invalid value for -remote-address"),
        (("-token=@/nowhere",), "Invalid value for -token"),
        (("-value=",), "Invalid value for -value: it is empty"),
        (("-format=yaml",), "audit query prints a table, or with -format=json one document a line."),
        (("-value=-", "-"), "Standard input can be named once."),
        (("-", "-"), "Standard input can be named once."),
        (("/nowhere/audit.log",), "Error reading /nowhere/audit.log"),
    ],
)
def test_what_cannot_be_asked_is_refused(audited: Audited, words: tuple[str, ...], text: str) -> None:
    """A misspelt question gets no empty answer, but an error that names the flag."""
    done = audited.run("audit", "query", *words, str(audited.log))
    assert done.returncode == 1
    assert text in done.stderr.decode()


def test_a_file_that_is_no_log_is_said(audited: Audited, tmp_path: Path) -> None:
    """Lines that are no entries are counted in a warning."""
    (tmp_path / "text").write_bytes(b"one\ntwo\n")
    done = audited.run("audit", "query", str(tmp_path / "text"))
    assert done.returncode == 2
    assert b"2 lines are no entries of an audit log" in done.stderr
