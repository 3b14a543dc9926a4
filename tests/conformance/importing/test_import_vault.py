"""What an import brings over, read on both sides and compared, and what it can't bring, listed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conformance.importing import filling
from tests.conformance.importing.asking import Side
from tests.conformance.importing.conftest import Move, Ran

Filled = tuple[Move, Ran]

SAME = (
    "sys/policies/acl/reader",
    "sys/policies/password/short",
    "two/config",
    *(f"auth/apps/role/r{n}" for n in range(3)),
    *(f"auth/apps/role/r{n}/role-id" for n in range(3)),
    "auth/tokens/config",
    "auth/tokens/role/job",
    "auth/token/roles/nightly",
    *(f"transit/keys/{name}" for name in ("aes256-gcm96", "chacha20-poly1305", "ed25519", "ecdsa-p256")),
    "pki/config/urls",
    "pki/roles/web",
    "ssh/roles/hosts",
    "database/config/main",
    "database/roles/short",
)
"""Paths whose answers have to be equal, but for what only one of both servers has."""


def to_microseconds(value: Any) -> Any:
    """An answer with its times cut to what both servers keep, and without what is empty or differs by nature."""
    if isinstance(value, dict):
        shown = {name: to_microseconds(each) for name, each in value.items() if name not in {"modified", "status"}}
        return {name: each for name, each in shown.items() if each not in (None, "", [], {}, 0, False)}
    if isinstance(value, list):
        return [to_microseconds(each) for each in value]
    if isinstance(value, str):
        return re.sub(r"(T\d\d:\d\d:\d\d\.\d{1,6}?)0*\d*Z$", lambda found: _six(found[0]), value)
    return value


def _six(time: str) -> str:
    whole, _, fraction = time.rstrip("Z").partition(".")
    return f"{whole}.{fraction[:6].rstrip('0')}Z"


def both(move: Move, path: str) -> tuple[Any, Any]:
    """What both servers answer."""
    return to_microseconds(move.source.read(path)), to_microseconds(move.destination.read(path))


def test_what_was_to_come_is_there(filled: Filled) -> None:
    """The import succeeds, and nothing of the plan failed."""
    _, ran = filled
    assert (ran.code, ran.err) == (0, ""), ran.err
    assert not [each for each in ran.report["objects"] if each["state"] == "failed"]


@pytest.mark.parametrize("path", SAME)
def test_documents_are_equal(filled: Filled, path: str) -> None:
    """Policies, settings, roles and keys read the same on both servers; ours may show further fields."""
    there, here = both(filled[0], path)
    assert there is not None
    there.pop("backup_info", None)  # of the last one: a source that was read again has a later one
    assert {name: here.get(name) for name in there} == there


def _paths(side: Side, folder: str) -> list[str]:
    found: list[str] = []
    for name in side.names(folder):
        found += _paths(side, folder + name) if name.endswith("/") else [folder + name]
    return sorted(found)


def test_plain_secrets_are_equal(filled: Filled) -> None:
    """Every secret of version 1, whatever its name: to the last digit, the empty text and the null."""
    move, _ = filled
    paths = _paths(move.source, "one/")
    assert len(paths) >= len(filling.ODD_NAMES)
    assert _paths(move.destination, "one/") == paths
    for path in paths:
        assert move.destination.read(path) == move.source.read(path), path


def test_versioned_secrets_are_equal(filled: Filled) -> None:
    """Every secret of version 2 with all versions: numbers, times, data, settings; gaps stay gaps."""
    move, _ = filled
    paths = _paths(move.source, "two/metadata/")
    assert _paths(move.destination, "two/metadata/") == paths
    for path in paths:
        there, here = both(move, path)
        deleted = {"9"} if path.endswith("/history") else set()
        for number in deleted:
            assert here["versions"][number].pop("destroyed")
        for name in ("versions", "custom_metadata", "max_versions", "cas_required", "current_version", "created_time"):
            assert here.get(name) == there.get(name), (path, name)
        for number in there.get("versions") or {}:
            data = path.replace("/metadata/", "/data/", 1) + f"?version={number}"
            assert move.destination.read(data)["data"] == move.source.read(data)["data"], data
    assert sorted(map(int, move.destination.read("two/metadata/history")["versions"])) == list(range(6, 13))


def test_namespaces_below_come_too(filled: Filled) -> None:
    """A namespace comes with its custom metadata and all that is in it."""
    move, _ = filled
    assert move.destination.read("sys/namespaces/inner")["custom_metadata"] == {"a": "b"}
    assert move.destination.within("filled/inner").read("deep/data/x")["data"] == {"v": filling.CANARY}


def test_mounts_have_their_settings(filled: Filled) -> None:
    """Description, lifetimes, visibility and options of mounts."""
    move, _ = filled
    for path, there in move.source.read("sys/auth").items():
        here = move.destination.read("sys/auth")[path]
        assert {name: here.get(name) for name in ("type", "description")} == {
            name: there.get(name) for name in ("type", "description")
        }
        for name in ("max_lease_ttl", "listing_visibility"):
            assert here["config"].get(name) == there["config"].get(name), path
    mounts = move.destination.read("sys/mounts")
    assert (mounts["one/"]["description"], mounts["two/"]["options"]) == ("old", {"version": "2"})


def test_identities_hang_together(filled: Filled) -> None:
    """Aliases lead to their entities by the new accessors, groups have their members by the new ids."""
    move, _ = filled
    accessor = move.destination.read("sys/auth")["people/"]["accessor"]
    for n in range(3):
        entity = move.destination.read(f"identity/entity/name/e{n}")
        alias = entity["aliases"][0]
        assert (entity["metadata"], entity["policies"]) == ({"n": str(n)}, ["reader"])
        assert (alias["name"], alias["mount_accessor"], alias["custom_metadata"]) == (f"user{n}", accessor, {"k": "v"})
    inner = move.destination.read("identity/group/name/inner")
    members = {move.destination.read(f"identity/entity/id/{id_}")["name"] for id_ in inner["member_entity_ids"]}
    assert members == {"e0", "e1"}
    assert move.destination.read("identity/group/name/outer")["member_group_ids"] == [inner["id"]]
    assert move.destination.read("identity/group/name/external")["alias"]["name"] == "admins"


def test_what_was_encrypted_there_is_decrypted_here(filled: Filled) -> None:
    """A key of transit has come whole: a ciphertext of the one server is opened by the other."""
    move, _ = filled
    encrypted = move.source.write("transit/encrypt/aes256-gcm96", {"plaintext": "aGVsbG8="})
    assert move.destination.write("transit/decrypt/aes256-gcm96", encrypted)["plaintext"] == "aGVsbG8="


def test_what_cannot_come_is_listed(filled: Filled) -> None:
    """Keys that may not leave, passwords and seeds that nobody shows: each by name, with a reason and a command."""
    _, ran = filled
    listed = {each["mount"] + each["path"]: each for each in ran.report["objects"] if each["state"] == "listed"}
    for path in ("transit/keys/stays", "auth/people/users/eva", "totp/keys/eva", "auth/apps/role"):
        assert listed[path]["reason"], path
        assert "-namespace=" not in listed[path]["remedy"].split(" ")[0]
    assert listed["auth/people/users/eva"]["remedy"].startswith("strongroom write auth/people/users/eva password=-")
    partly = {
        each["mount"] + each["path"]: each["lacks"] for each in ran.report["objects"] if each["state"] == "partly"
    }
    assert [lack["what"] for lack in partly["database/config/main"]] == ["password"]
    assert [lack["what"] for lack in partly["two/history"]] == ["data of version 9"]
    assert any(path.startswith("pki/issuer/") for path in partly)


def test_the_same_again_changes_nothing(filled: Filled) -> None:
    """Without a journal everything is compared, and is the same or what the first run has said of it."""
    move, ran = filled
    again = move.run()
    assert again.code == 0
    assert {each["state"] for each in again.report["objects"]} <= {"same", "partly", "skipped", "listed"}
    compared = move.run("-verify", "-exclude=policies")
    assert (compared.code, compared.err) == (0, "")
    assert len(ran.report["objects"]) == len(again.report["objects"])


def test_a_difference_is_found(filled: Filled) -> None:
    """A comparison that couldn't fail would be worth nothing: changed values are named, and the exit code says so."""
    move, _ = filled
    move.destination.write("one/f0/s0", {"v": "other"})
    move.destination.write("auth/apps/role/r2", {"token_ttl": "2h"})
    try:
        compared = move.run("-verify", "-only=kv,roles")
    finally:
        move.destination.write("one/f0/s0", move.source.read("one/f0/s0"))
        move.destination.write("auth/apps/role/r2", {"token_ttl": "1h"})
    failed = {
        each["mount"] + each["path"]: each["reason"] for each in compared.report["objects"] if each["state"] == "failed"
    }
    assert failed == {
        "one/f0/s0": "it differs in empty, list, n, none, v",
        "auth/apps/role/r2": "it differs in token_ttl",
    }
    assert compared.code == 2


def test_no_secret_is_told(filled: Filled) -> None:
    """Neither the report nor the journal nor the destination's log has a value of a secret."""
    move, ran = filled
    journal = move.journal.read_text()
    assert "two/" in journal
    for text in (ran.out, ran.err, journal, move.destination.server.log_text()):
        assert filling.CANARY not in text
    assert move.journal.stat().st_mode & 0o777 == 0o600


def test_a_plan_writes_nothing(filled: Filled, destination: Any) -> None:
    """A plan counts what moves and what stays by kind, with reasons, and nothing comes of it."""
    move, _ = filled
    Side(destination).write("sys/namespaces/planned")
    planned = Move(move.source, Side(destination, "planned"), move.home).run("-plan")
    assert planned.code == 0
    assert planned.report["kinds"]["transit"] == {"moves": 4, "stays": 1}
    assert planned.report["kinds"]["kv"]["moves"] >= 2 * len(filling.ODD_NAMES)
    reasons = {each["mount"] + each["path"]: each["reason"] for each in planned.report["stays"]}
    assert "exportable and allow_plaintext_backup" in reasons["transit/keys/stays"]
    assert set(Side(destination, "planned").read("sys/mounts")) == {"cubbyhole/", "identity/", "sys/"}
