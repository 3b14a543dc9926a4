"""Keytabs: what is read of them, and which keys count."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.auth.kerberos.keytab import KeytabError, entries_of, of_base64, of_service, written
from strongroom.auth.kerberos.logic import Principal, WrongRealm, principal_of, user_of
from strongroom.lib.errors import InvalidRequest

KEY = b"canary-key-canary-key-canary-key"


def counted(text: bytes) -> bytes:
    """A text with its length."""
    return struct.pack(">H", len(text)) + text


def entry(*components: str, realm: str = "R", key: bytes = KEY, end: bytes = b"") -> bytes:
    """An entry with its size."""
    names = counted(realm.encode()) + b"".join(counted(name.encode()) for name in components)
    raw = struct.pack(">H", len(components)) + names + struct.pack(">IIBH", 1, 0, 2, 18) + counted(key) + end
    return struct.pack(">i", len(raw)) + raw


def keytab(*entries: bytes) -> bytes:
    """A keytab."""
    return b"\5\2" + b"".join(entries)


WEB = entry("HTTP", "web")
BOTH = keytab(WEB, struct.pack(">i", -6) + bytes(6), entry("svc", realm="R", end=b"\0\0\0\3"), entry("HTTP", "db"))


def test_entries() -> None:
    """Names and realms, past where entries were removed, and nothing of a key where it is printed."""
    found = entries_of(BOTH)
    assert [(each.name, each.realm) for each in found] == [("HTTP/web", "R"), ("svc", "R"), ("HTTP/db", "R")]
    assert "canary" not in repr(found)
    assert entries_of(keytab(WEB, bytes(4), b"what is behind an end"))[0].name == "HTTP/web"


@pytest.mark.parametrize(
    ("service", "strip", "names"),
    [
        ("HTTP/web", False, ["HTTP/web"]),
        ("HTTP/web@R", False, ["HTTP/web"]),
        ("svc", False, ["svc"]),
        ("HTTP", True, ["HTTP/web", "HTTP/db"]),
        ("HTTP/db", True, ["HTTP/db"]),
    ],
)
def test_the_keys_of_a_service(service: str, strip: bool, names: list[str]) -> None:
    """Those of the named principal count, and no others."""
    found = of_service(BOTH, service, remove_instance=strip)
    assert [each.name for each in found] == names
    assert entries_of(written(found)) == found


@pytest.mark.parametrize("service", ["HTTP", "http/web", "HTTP/web@S", "web", "", "HTTP/web/x", "SVC"])
def test_another_service(service: str) -> None:
    """Names are compared exactly; the error says what is there, and no key."""
    with pytest.raises(KeytabError, match="but of HTTP/db@R, HTTP/web@R, svc@R") as refused:
        of_service(BOTH, service, remove_instance=False)
    assert "canary" not in str(refused.value)


def test_two_realms() -> None:
    """A service of two realms has to be named with one: users of both can have one name."""
    both = keytab(WEB, entry("HTTP", "web", realm="S"))
    with pytest.raises(KeytabError, match="several realms"):
        of_service(both, "HTTP/web", remove_instance=False)
    assert [each.realm for each in of_service(both, "HTTP/web@S", remove_instance=False)] == ["S"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin"),
        (b"\5\1" + WEB, "does not begin"),
        (b"\5\2", "no entry"),
        (keytab(bytes(4)), "no entry"),
        (keytab(WEB[:-1]), "in the middle"),
        (keytab(WEB, b"\0"), "in the middle"),
        (keytab(struct.pack(">i", -9)), "in the middle"),
        (keytab(struct.pack(">i", -(2**31))), "in the middle"),
        (keytab(entry("a", key=b"")), "no key"),
        (keytab(entry()), "no key or no name"),
        (keytab(struct.pack(">i", 5) + b"\0\1\0\1\xff"), "not UTF-8"),
        (keytab(*[WEB] * 257), "more than 256"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_keytab(data: bytes, why: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(KeytabError, match=why):
        entries_of(data)


@given(st.binary(max_size=200))
def test_noise(data: bytes) -> None:
    """No bytes make the reader fail otherwise."""
    for each in (data, b"\5\2" + data, BOTH[: len(data)] + data):
        try:
            found = entries_of(each)
        except KeytabError:
            continue
        assert entries_of(written(found)) == found


def test_base64() -> None:
    """Line breaks are as `base64` makes them; all else is refused, and so is too much."""
    lines = base64.encodebytes(BOTH).decode()
    assert of_base64(lines) == BOTH
    for text in ("!", "AAA", "AAAA\0", "ä"):
        with pytest.raises(InvalidRequest, match="not base64"):
            of_base64(text)
    with pytest.raises(InvalidRequest, match="more than"):
        of_base64(base64.b64encode(bytes(64 * 1024 + 1)).decode())


def test_principals() -> None:
    """Name and realm; instances stay unless they are taken off."""
    admin = principal_of("eva/admin@EXAMPLE.TEST")
    assert admin == Principal(("eva", "admin"), "EXAMPLE.TEST")
    realms = {"EXAMPLE.TEST"}
    assert [user_of(admin, realms, remove_instance=strip) for strip in (False, True)] == ["eva/admin", "eva"]
    for realm in ("example.test", "EXAMPLE.TEST.", "OTHER", "AN.EXAMPLE.TEST"):
        with pytest.raises(WrongRealm):
            user_of(principal_of(f"eva@{realm}"), realms, remove_instance=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eva",
        "@R",
        "eva@",
        "eva\\@S@R",
        "eva@S@R",
        "eva\\/admin@R",
        "eva\n@R",
        "/eva@R",
        "eva/@R",
        " eva@R",
        "e\u0301va@R",
        "\uff45va@R",
        "e\ufe00va@R",
        "e  va@R",
        "eva /admin@R",
        "WELLKNOWN/ANONYMOUS@R",
        "krbtgt/R@R",
        "e" * 600 + "@R",
    ],
)
def test_names_that_could_pass_for_others(text: str) -> None:
    """They are nobody here."""
    with pytest.raises(InvalidRequest):
        principal_of(text)


@given(st.text(max_size=60))
def test_any_name(text: str) -> None:
    """A name that is taken is written as it was read."""
    try:
        found = principal_of(text)
    except InvalidRequest:
        return
    assert f"{found.name}@{found.realm}" == text
