"""What is refused here is what verifiers refuse that others have written, and nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.crypto.issuing.contents import NameConstraints, Names, Subject
from strongroom.engines.pki.constraints.verdicts import Bounds, check
from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.constraints.verifiers import pair, taken_by_library, taken_by_openssl

FIELDS = {"dns": "dns", "email": "emails", "ip": "ips", "uri": "uris"}

labels = st.sampled_from(("a", "b", "ab", "B"))
hosts = st.builds(".".join, st.lists(labels, min_size=1, max_size=3)).map(lambda name: f"{name}.test")
wildcards = hosts.map(lambda name: f"*.{name}")
mailboxes = st.builds("{}@{}".format, st.sampled_from(("me", "Me", "you")), hosts)
addresses = st.sampled_from(("10.1.2.3", "10.1.2.4", "10.2.0.1", "192.0.2.1", "2001:db8::1", "2001:db8:1::1"))
networks = st.sampled_from(("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/48", "::/0"))

KINDS = {
    "dns": (hosts, hosts | wildcards),
    "email": (hosts | hosts.map(lambda name: f".{name}") | mailboxes, mailboxes),
    "ip": (networks, addresses),
}
"""Subtrees and names.  The library takes no leading dot before hosts, and no constraints of URIs."""


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    """A kind, what is permitted and excluded (something is), and a name."""
    kind = draw(st.sampled_from(tuple(KINDS)))
    subtrees, names = KINDS[kind]
    permitted = draw(st.lists(subtrees, max_size=2))
    excluded = draw(st.lists(subtrees, min_size=0 if permitted else 1, max_size=2))
    return kind, tuple(permitted), tuple(excluded), draw(names)


def is_taken(
    kind: str, permitted: tuple[str, ...], excluded: tuple[str, ...], name: str, common_name: str = ""
) -> bool:
    """Whether we take a name."""
    field = FIELDS[kind]
    constraints = NameConstraints(**{f"permitted_{field}": permitted, f"excluded_{field}": excluded})
    names = {field: (name,)} if name else {}
    try:
        check(
            (Bounds.of("the issuer", constraints),),
            msgspec.structs.replace(Names(), **names),
            Subject(common_name=common_name),
        )
    except InvalidRequest:
        return False
    return True


@given(cases())
def test_another_library_takes_the_same(case: tuple[str, tuple[str, ...], tuple[str, ...], str]) -> None:
    """For hosts, wildcards, mailboxes and addresses, and any constraints of them."""
    assert is_taken(*case) is taken_by_library(*pair(*case))


@pytest.mark.parametrize(
    ("kind", "permitted", "excluded", "name", "common_name"),
    [
        ("dns", (".a.test",), (), "b.a.test", ""),
        ("dns", (".a.test",), (), "a.test", ""),
        ("dns", (".a.test",), (), "*.a.test", ""),
        ("dns", (), (".a.test",), "a.test", ""),
        ("dns", (), (".a.test",), "b.a.test", ""),
        ("dns", ("",), (), "a.test", ""),
        ("dns", (), ("",), "a.test", ""),
        ("uri", ("a.test",), (), "https://a.test/x", ""),
        ("uri", ("a.test",), (), "https://b.a.test/x", ""),
        ("uri", (".a.test",), (), "spiffe://b.a.test/x", ""),
        ("uri", ("a.test",), (), "https://10.0.0.1/", ""),
        ("uri", (), ("a.test",), "urn:a:b", ""),
        ("uri", (), ("a.test",), "https://a.test:8443/", ""),
        ("dns", ("a.test",), (), "", "b.a.test"),
        ("dns", ("a.test",), (), "", "b.test"),
        ("dns", ("a.test",), (), "", "10.0.0.1"),
        ("dns", ("a.test",), (), "", "some-body"),
        ("dns", ("a.test",), (), "", "some body.test"),
        ("dns", ("a.test",), (), "", "*.b.test"),
        ("dns", ("a.test",), (), "", "-b.test"),
        ("dns", ("a.test",), (), "", "b-.test"),
        ("dns", ("a.test",), (), "", "b.test."),
        ("dns", ("a.test",), (), "a.test", "b.test"),
    ],
)
def test_openssl_takes_the_same(
    kind: str, permitted: tuple[str, ...], excluded: tuple[str, ...], name: str, common_name: str, tmp_path: Path
) -> None:
    """For what the library doesn't know: leading dots, URIs, and common names of certificates without a host."""
    case = (kind, permitted, excluded, name, common_name)
    assert is_taken(*case) is taken_by_openssl(tmp_path, *pair(*case))
