"""Which requests end something, and what clients may have forgotten."""

from __future__ import annotations

import pytest

from strongroom.agent.serving.cache.clearing import to_clear
from strongroom.agent.serving.cache.revocations import (
    AccessorGone,
    Everything,
    Gone,
    LeaseGone,
    LeasesBelow,
    OrphanedBy,
    PathBelow,
    TokenGone,
    revoked,
)
from strongroom.agent.serving.question import Question
from strongroom.lib.errors import InvalidRequest


@pytest.mark.parametrize(
    ("path", "body", "gone"),
    [
        ("auth/token/revoke", b'{"token": "t"}', TokenGone("t")),
        ("auth/token/revoke", b"token=t&x=y", TokenGone("t")),
        ("auth/token/revoke/t", b"", TokenGone("t")),
        ("team/auth/token/revoke", b'{"token": "t"}', TokenGone("t")),
        ("auth/token/revoke-self", b"", TokenGone("own")),
        ("auth/token/revoke-orphan", b'{"token": "t"}', OrphanedBy("t")),
        ("auth/token/revoke-accessor", b'{"accessor": "a"}', AccessorGone("a")),
        ("sys/leases/revoke", b'{"lease_id": "d/1"}', LeaseGone("d/1")),
        ("sys/leases/revoke/d/1", b"", LeaseGone("d/1")),
        ("sys/revoke/d/1", b"", LeaseGone("d/1")),
        ("sys/leases/revoke-prefix/d/creds", b"", LeasesBelow("d/creds")),
        ("sys/leases/revoke-force/d", b"", LeasesBelow("d")),
        ("team/sys/revoke-prefix/d", b"", LeasesBelow("d")),
        ("auth/token/revoke", b"", None),
        ("auth/token/revoke", b'{"token": 1}', None),
        ("auth/token/revoke", b"[", None),
        ("auth/token/revoke", b"\xff=%", None),
        ("auth/token/create", b'{"token": "t"}', None),
        ("sys/leases/revoke-prefix", b"", None),
        ("secret/data/revoke", b'{"token": "t"}', None),
    ],
)
def test_revocations_are_known(path: str, body: bytes, gone: Gone | None) -> None:
    """In any namespace, with what they name in the body or in the path; anything odd ends nothing."""
    question = Question(method="PUT", path=f"/v1/{path}", query="", headers={}, body=body, token="own")
    assert revoked(question) == gone


def test_what_only_reads_ends_nothing() -> None:
    """A lookup of the same path is no revocation."""
    assert revoked(Question("GET", "/v1/auth/token/revoke-self", "", {}, b"", "own")) is None


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        (b'{"type": "all"}', Everything()),
        (b'{"type": "token", "value": "t"}', TokenGone("t")),
        (b'{"type": "token_accessor", "value": "a"}', AccessorGone("a")),
        (b'{"type": "lease", "value": "d/1"}', LeasesBelow("d/1")),
        (b'{"type": "request_path", "value": "/v1/d/creds"}', PathBelow("d/creds", "")),
        (b'{"type": "request_path", "value": "/d", "namespace": "team/"}', PathBelow("d", "team")),
        (b'{"type": "request_path", "value": "d", "namespace": "root/"}', PathBelow("d", "")),
    ],
)
def test_what_clients_may_have_forgotten(body: bytes, gone: Gone) -> None:
    """Each type of the documentation."""
    assert to_clear(body) == gone


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "empty JSON provided"),
        (b"[", "failed to parse JSON input"),
        (b"{}", "no type provided"),
        (b'{"type": "some"}', "invalid type provided"),
        (b'{"type": "token"}', "token not provided"),
        (b'{"type": "token_accessor", "value": ""}', "token accessor not provided"),
        (b'{"type": 1}', "failed to parse JSON input"),
    ],
)
def test_what_names_nothing_is_refused(body: bytes, text: str) -> None:
    """With what is wrong."""
    with pytest.raises(InvalidRequest, match=text):
        to_clear(body)


@pytest.mark.parametrize("gone", [TokenGone("hvs.x"), OrphanedBy("hvs.x")])
def test_tokens_are_not_shown(gone: Gone) -> None:
    """Their texts are for logs."""
    assert "hvs.x" not in repr(gone)
