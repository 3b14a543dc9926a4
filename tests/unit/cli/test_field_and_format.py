"""`-field` prints nothing but the field, and `-format` behind the arguments is no data."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import Answering, answering

_VERSIONED = {"data": {"path": "s/", "type": "kv", "options": {"version": "2"}}}
_ANSWERS = {"GET /v1/sys/internal/ui/mounts/s/a": _VERSIONED, "GET /v1/sys/internal/ui/mounts/s": _VERSIONED}


def run(server: Answering, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program against a server."""
    return subprocess.run(
        [forked(OURS), *words],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": server.address, "VAULT_TOKEN": "t"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("warnings", [None, ["one"]], ids=["no answer", "warnings alone"])
@pytest.mark.parametrize(
    "command",
    [
        "write -field=token c/a x=y",
        "patch -field=token c/a x=y",
        "delete -field=token c/a",
        "kv put -field=token s/a x=y",
        "kv delete s/a",
    ],
)
def test_the_field_of_an_empty_answer_prints_nothing(command: str, warnings: list[str] | None) -> None:
    """`TOKEN=$(… -field=token …)` never holds the sentence for people that says that something was written."""
    with answering(_ANSWERS, otherwise={"warnings": warnings} if warnings else None) as server:
        done = run(server, *command.split())
    assert done.returncode == 0
    if "-field" in command:
        assert done.stdout == ""
    elif not warnings:
        assert done.stdout == "Success! Data deleted (if it existed) at: s/data/a\n"
    assert ("one" in done.stderr) == bool(warnings)


@pytest.mark.parametrize("form", ["-format=json", "--format=json", "-format json"])
@pytest.mark.parametrize(
    ("command", "asked", "sent"),
    [
        ("write c/a x=y", "PUT /v1/c/a", {"x": "y"}),
        ("patch c/a x=y", "PATCH /v1/c/a", {"x": "y"}),
        ("kv put s/a x=y", "PUT /v1/s/data/a", {"data": {"x": "y"}, "options": {}}),
        ("kv patch s/a x=y", "PATCH /v1/s/data/a", {"data": {"x": "y"}, "options": {}}),
        ("read c/a x=y", "GET /v1/c/a?x=y", None),
        ("audit enable file x=y", "PUT /v1/sys/audit/file", {"type": "file", "options": {"x": "y"}}),
    ],
)
def test_a_format_behind_the_arguments_is_no_data(command: str, asked: str, sent: object, form: str) -> None:
    """It counts as the format there, so it isn't written into the secret as well."""
    with answering(_ANSWERS, otherwise={"data": {"z": "1"}}) as server:
        done = run(server, *command.split(), *form.split())
    assert server.asked[-1] == asked
    told = server.bodies[-1]
    assert told == sent or {name: value for name, value in told.items() if name in {"type", "options"}} == sent
    assert "audit" in command or done.stdout.startswith("{")


def test_a_format_alone_is_no_data_either() -> None:
    """`kv put s/a -format=json` would have emptied the secret, and `write` sent an empty body."""
    with answering(_ANSWERS, otherwise={"data": {"z": "1"}}) as server:
        for verb in (("kv", "put", "s/a"), ("kv", "patch", "s/a"), ("write", "c/a")):
            done = run(server, *verb, "-format=json")
            assert (done.returncode, "Must supply data" in done.stderr) == (1, True)
    assert not [line for line in server.asked if not line.startswith("GET")]


def test_behind_two_dashes_everything_is_data() -> None:
    """Who has a field of that name can still write it."""
    with answering({}, otherwise=None) as server:
        assert run(server, "write", "--", "c/a", "-format=json").returncode == 0
    assert server.bodies == [{"-format": "json"}]


def test_warnings_are_told_beside_a_field() -> None:
    """`token create -policy=none -field=token` says on standard error that there is no such policy."""
    with answering({}, otherwise={"data": {"x": "1"}, "warnings": ['Policy "none" does not exist']}) as server:
        done = run(server, "read", "-field=x", "c/a")
    assert done.stdout == "1"
    assert 'Policy "none" does not exist' in done.stderr


@pytest.mark.parametrize("flags", ["", "-format=json", "-field=certificate"])
@pytest.mark.parametrize("content", [b"-----BEGIN CERTIFICATE-----\n", bytes(range(256))])
def test_what_is_unwrapped_and_no_json_is_printed_as_it_is(content: bytes, flags: str) -> None:
    """The token is used up by then, so any other outcome loses the certificate or key."""
    with answering({"PUT /v1/sys/wrapping/unwrap": content}) as server:
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VAULT_ADDR": server.address}
        done = subprocess.run(
            [forked(OURS), "unwrap", *flags.split(), "hvs.x"], env=environment, capture_output=True, check=False
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, content, b"")
