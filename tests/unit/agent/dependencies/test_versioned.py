"""Paths of kv's second version may be written without `data/` and `metadata/`."""

from __future__ import annotations

import pytest

from strongroom.agent.dependencies.versioned import Mount, list_path, mount_of, read_path

SECRET = Mount("secret/", versioned=True)
DEEP = Mount("team/kv/", versioned=True)
PLAIN = Mount("kv1/", versioned=False)


@pytest.mark.parametrize(
    ("path", "mount", "read", "listed"),
    [
        ("secret/foo", SECRET, "secret/data/foo", "secret/metadata/foo"),
        ("secret/foo/bar", SECRET, "secret/data/foo/bar", "secret/metadata/foo/bar"),
        ("secret/data/foo", SECRET, "secret/data/foo", "secret/metadata/data/foo"),
        ("secret/metadata/foo", SECRET, "secret/metadata/foo", "secret/metadata/foo"),
        ("secret/subkeys/foo", SECRET, "secret/subkeys/foo", "secret/metadata/subkeys/foo"),
        ("secret/database", SECRET, "secret/data/database", "secret/metadata/database"),
        ("secret/metadata", SECRET, "secret/data/metadata", "secret/metadata"),
        ("secret", SECRET, "secret/data", "secret/metadata"),
        ("team/kv/a", DEEP, "team/kv/data/a", "team/kv/metadata/a"),
        ("kv1/a", PLAIN, "kv1/a", "kv1/a"),
        ("secrets/foo", SECRET, "secrets/foo", "secrets/foo"),
    ],
)
def test_paths_are_completed(path: str, mount: Mount, read: str, listed: str) -> None:
    """A path of a versioned mount gets what it lacks; any other stays as it is."""
    assert read_path(path, mount) == read
    assert list_path(path, mount) == listed


@pytest.mark.parametrize(
    ("data", "namespace", "expected"),
    [
        ({"path": "secret/", "type": "kv", "options": {"version": "2"}}, "", SECRET),
        ({"path": "secret/", "type": "kv", "options": {"version": "1"}}, "", Mount("secret/", versioned=False)),
        ({"path": "secret/", "type": "kv", "options": None}, "", Mount("secret/", versioned=False)),
        ({"path": "secret/", "type": "generic", "options": {"version": "2"}}, "", Mount("secret/", versioned=False)),
        ({"path": "ns/secret/", "type": "kv", "options": {"version": "2"}}, "ns", SECRET),
        ({"path": "ns/secret/", "type": "kv", "options": {"version": "2"}}, "ns/", SECRET),
        ({"path": "ns/", "type": "kv", "options": {"version": "2"}}, "ns", Mount("ns/", versioned=True)),
        ({"type": "kv"}, "", None),
        ({"path": "/"}, "", None),
    ],
)
def test_a_mount_is_read(data: dict[str, object], namespace: str, expected: Mount | None) -> None:
    """The server's answer names the mount, with or without the client's namespace before it."""
    assert mount_of(data, namespace) == expected
