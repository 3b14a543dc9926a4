"""What a log shows of the paths that hold secrets."""

from __future__ import annotations

import pytest

from strongroom.audit.hiding import shown
from strongroom.sdk import Engine, Mount, Request, Response, path
from strongroom.services.mounts import MountEntry, MountRecord

TOKEN = "hvs.CAESIJ0123456789abcd"


class Safe(Engine):
    """Paths that end in a secret, in an accessor, and in neither."""

    type = "safe"
    secret_paths = ("open/{token*}", "find/{accessor}")

    @path.read("open/{token*}")
    async def open_(self, request: Request, token: str) -> Response | None:
        """Open."""
        return None


def mounted(engine: Engine | None) -> MountEntry:
    """A mount two segments deep."""
    record = MountRecord(id="id", table="secret", path="a/b/", type="safe", accessor="safe_1")
    mount = Mount(
        id="id", path="a/b/", type="safe", accessor="safe_1", options={}, default_lease_ttl_s=9, max_lease_ttl_s=9
    )
    return MountEntry(record=record, mount=mount, engine=engine, prefix="p/")


def secret(text: str) -> str:
    """What stands for a secret here."""
    return f"<{text}>"


def accessor(text: str) -> str:
    """What stands for an accessor here."""
    return f"[{text}]"


@pytest.mark.parametrize(
    ("path_", "expected"),
    [
        ("a/b/open/x", "a/b/open/<x>"),
        ("a/b/open/x/y", "a/b/open/<x/y>"),
        ("a/b/open/x/", "a/b/open/<x>/"),
        ("a/b/find/x", "a/b/find/[x]"),
        ("a/b/open", "a/b/open"),
        ("a/b/find/x/y", "a/b/find/x/y"),
        ("a/b/other/x", "a/b/other/x"),
        (f"a/b/open/{TOKEN}", f"a/b/open/<{TOKEN}>"),
        (f"a/b/{TOKEN}/x.y", f"a/b/<{TOKEN}>/x.y"),
        (f"a/b/{TOKEN}/{TOKEN}", f"a/b/<{TOKEN}>/<{TOKEN}>"),
    ],
)
def test_what_a_route_calls_secret_and_what_looks_like_a_token(path_: str, expected: str) -> None:
    """The rest of the path is shown; a listing's slash is no part of the secret."""
    assert shown(path_, mounted(Safe()), secret, accessor) == expected


def test_an_accessor_is_a_secret_where_nothing_else_stands_for_it() -> None:
    """Such as in the server's own log."""
    assert shown("a/b/find/x", mounted(Safe()), secret) == "a/b/find/<x>"


@pytest.mark.parametrize("entry", [None, mounted(None)])
def test_outside_of_an_engine_what_looks_like_a_token_is_hidden_all_the_same(entry: MountEntry | None) -> None:
    """Where there is no mount, and where its engine is not there any more."""
    assert shown("a/b/open/x", entry, secret, accessor) == "a/b/open/x"
    assert shown(f"x/{TOKEN}", entry, secret, accessor) == f"x/<{TOKEN}>"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("hvs." + "a" * 20, True),
        ("hvb." + "a" * 20, True),
        ("hvr." + "a" * 20, True),
        ("s." + "a" * 20, True),
        ("b." + "A-_9" * 5, True),
        ("r." + "a" * 20, True),
        ("hvs." + "a" * 19, False),
        ("hvx." + "a" * 20, False),
        ("x." + "a" * 20, False),
        ("xs." + "a" * 20, False),
        ("-s." + "a" * 20, False),
        ("s-" + "a" * 20, False),
    ],
)
def test_what_looks_like_a_token(text: str, hidden: bool) -> None:
    """The prefixes of all kinds, old and new, at the beginning of a word, and at least twenty characters."""
    assert shown(f"kv/{text}", None, secret) == (f"kv/<{text}>" if hidden else f"kv/{text}")
