"""What an import may not see, must not change, and does where something else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conformance.importing import filling
from tests.conformance.importing.conftest import Move, Ran
from tests.conformance.servers import Server


def test_the_source_is_only_read(filled: tuple[Move, Ran], source: Server) -> None:
    """Of all that the source has logged with the importer's token, nothing but reads and lists was asked."""
    move, _ = filled
    created = move.source.within("").ask("POST", "auth/token/create", {"policies": ["root"], "display_name": "reader"})
    log = next(Path(source.log).parent.glob("audit.log"))
    before = log.stat().st_size
    ran = move.run(token=created[1]["auth"]["client_token"])
    assert ran.code == 0
    entries = [json.loads(line) for line in log.read_bytes()[before:].splitlines()]
    asked = [entry for entry in entries if entry["auth"].get("display_name") == "token-reader"]
    assert len(asked) > 200
    assert {entry["request"]["operation"] for entry in asked} == {"read", "list"}


def test_a_folder_that_may_not_be_listed(move: Move) -> None:
    """It is named with the path that the token lacks; all beside it comes."""
    move.source.write("sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
    for name in ("open/a", "closed/b", "closed/deep/c"):
        move.source.write(f"two/data/{name}", {"data": {"v": 1}})
    rules = 'path "*" { capabilities = ["read", "list"] }\npath "two/metadata/closed/*" { capabilities = ["deny"] }'
    move.source.write("sys/policies/acl/partial", {"policy": rules})
    token = move.source.ask("POST", "auth/token/create", {"policies": ["partial"]})[1]["auth"]["client_token"]
    ran = move.run("-only=kv,mounts", token=token)
    listed = {
        each["mount"] + each["path"]: each["reason"] for each in ran.report["objects"] if each["state"] == "listed"
    }
    assert listed == {"two/closed/": 'the token may not list "two/metadata/closed/"'}
    assert ran.states("kv")["two/open/a"] == "imported"
    assert move.destination.names("two/metadata/") == ["open/"]


@pytest.mark.parametrize("conflict", ["skip", "version", "fail"])
def test_another_secret_is_there(move: Move, conflict: str) -> None:
    """What is there is never written over: it stays, gets a further version, or the import counts as failed."""
    for side, value in ((move.source, "theirs"), (move.destination, "ours")):
        side.write("sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
        side.write("sys/mounts/one", {"type": "kv", "options": {"version": "1"}})
        side.write("two/data/a", {"data": {"v": value}})
        side.write("one/a", {"v": value})
    for _ in range(2):
        ran = move.run("-only=kv", f"-conflict={conflict}")
        assert ran.code == (2 if conflict == "fail" else 0)
    assert move.destination.read("one/a") == {"v": "ours"}
    assert move.destination.read("two/data/a?version=1")["data"] == {"v": "ours"}
    newest = move.destination.read("two/data/a")
    wanted = ("theirs", 2) if conflict == "version" else ("ours", 1)
    assert (newest["data"]["v"], newest["metadata"]["version"]) == wanted
    assert ran.states("kv")["one/a"] == ("failed" if conflict == "fail" else "skipped")


def test_another_engine_is_mounted_there(move: Move) -> None:
    """Secrets aren't written into a mount of another type, where they would be taken for something else."""
    move.source.write("sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
    move.source.write("two/data/a", {"data": {"v": filling.CANARY}})
    move.destination.write("sys/mounts/two", {"type": "kv", "options": {"version": "1"}})
    ran = move.run("-only=kv,mounts")
    assert ran.code == 2
    failed = [each["reason"] for each in ran.report["objects"] if each["kind"] == "kv"]
    assert failed == ["two/ is of type kv-1 at the destination"]
    assert move.destination.names("two/") == []


def test_what_has_come_since_comes_too(move: Move) -> None:
    """A second import brings the versions that were written after the first, and leaves the others."""
    move.source.write("sys/mounts/two", {"type": "kv", "options": {"version": "2"}})
    move.source.write("two/data/a", {"data": {"v": 1}})
    assert move.run().code == 0
    move.source.write("two/data/a", {"data": {"v": 2}})
    assert move.run("-verify", "-only=kv").code == 2
    assert move.run("-only=kv").states("kv") == {"two/a": "imported"}
    assert [move.destination.read(f"two/data/a?version={n}")["data"]["v"] for n in (1, 2)] == [1, 2]


def test_a_limit_of_the_source_is_waited_for(move: Move) -> None:
    """A source that answers 429 is asked again, until all is there."""
    root, name = move.source.within(""), move.source.namespace
    move.source.write("sys/mounts/one", {"type": "kv", "options": {"version": "1"}})
    for n in range(60):
        move.source.write(f"one/s{n}", {"n": n})
    root.write(f"sys/quotas/rate-limit/{name}", {"rate": 40, "interval": "1s", "path": f"{name}/one"})
    try:
        ran = move.run("-only=kv,mounts", "-parallel=16")
    finally:
        root.ask("DELETE", f"sys/quotas/rate-limit/{name}")
    assert (ran.code, ran.err) == (0, "")
    assert set(ran.states("kv").values()) == {"imported"}
    assert len(move.destination.names("one/")) == 60


@pytest.mark.parametrize(
    ("flag", "error"),
    [
        ("-only=secrets", "'secrets' is no kind of objects"),
        ("-conflict=overwrite", "-conflict has to be one of skip, version, fail"),
        ("-parallel=0", "-parallel has to be from 1 to 64"),
        ("-rate=-1", "-rate must not be negative"),
        ("-output-curl-string", "an import sends many; use -plan"),
        ("-output-policy", "an import sends many; use -plan"),
        ("-from-token-file=/nowhere", "/nowhere: No such file or directory"),
    ],
)
def test_mistakes_of_the_command_line(move: Move, flag: str, error: str) -> None:
    """A flag that can't be meant is named before any request is sent."""
    ran = move.run(flag)
    assert ran.code == 1
    assert error in ran.err
