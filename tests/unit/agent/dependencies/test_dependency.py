"""What templates ask for is the same thing whenever it is asked for in the same way, and shows no secret."""

from __future__ import annotations

import pytest

from strongroom.agent.dependencies.dependency import Dependency, Kind, certificate, file, names, secret


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (secret("secret/foo"), secret(" /secret/foo/ "), True),
        (secret("secret/foo"), secret("secret/foo?version=2"), False),
        (secret("a", {"x": "1", "y": "2"}), secret("a", {"y": "2", "x": "1"}), True),
        (secret("a", {"x": "1"}), secret("a", {"x": "2"}), False),
        (secret("a", {"x": "1"}), certificate("a", {"x": "1"}, ""), False),
        (certificate("a", {"x": "1"}, "/one"), certificate("a", {"x": "1"}, "/other"), False),
        (certificate("a", {"x": "1"}, "/one"), certificate("a", {"x": "2"}, "/one"), False),
        (secret("a"), secret("a", {}), False),
        (names("a"), secret("a"), False),
        (file("/x", ""), file("/x", "/sandbox"), False),
    ],
)
def test_equal_calls_are_one(one: Dependency, other: Dependency, same: bool) -> None:
    """Path and arguments decide, and not their order or how the path is written."""
    assert (one == other) is same
    assert (len({one, other}) == 1) is same


@pytest.mark.parametrize(
    ("path", "expected", "query"),
    [
        ("secret/foo", "secret/foo", ()),
        ("/secret/foo/", "secret/foo", ()),
        ("secret/foo?version=2", "secret/foo", (("version", "2"),)),
        ("secret/a%20b", "secret/a b", ()),
        ("secret/a b", "secret/a b", ()),
        ("secret/foo?b=2&a=1", "secret/foo", (("a", "1"), ("b", "2"))),
        ("secret/foo#there", "secret/foo", ()),
    ],
)
def test_a_read_is_written_as_a_url(path: str, expected: str, query: tuple[tuple[str, str], ...]) -> None:
    """What stands behind a question mark goes into the request's query, as consul-template has it."""
    found = secret(path)
    assert (found.kind, found.path, found.query) == (Kind.READ, expected, query)


@pytest.mark.parametrize(("arguments", "kind"), [(None, Kind.READ), ({}, Kind.WRITE), ({"a": "b"}, Kind.WRITE)])
def test_a_write_may_have_no_arguments(arguments: dict[str, str] | None, kind: Kind) -> None:
    """Only none at all make a read."""
    assert secret("auth/approle/role/app/secret-id", arguments).kind is kind


def test_arguments_are_not_shown() -> None:
    """Arguments may be passwords: people see their names alone."""
    found = secret("auth/token/create", {"password": "hunter2"})
    assert str(found) == "write auth/token/create (password)"
    assert "hunter2" not in repr(found) + str(found)
