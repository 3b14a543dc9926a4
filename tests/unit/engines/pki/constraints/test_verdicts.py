"""Which names an authority's constraints let it certify."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from strongroom.crypto.issuing.contents import NameConstraints, Names, Subject
from strongroom.engines.pki.constraints.verdicts import Bounds, check, refusal
from strongroom.lib.errors import InvalidRequest

FIELDS = {"dns": "dns", "email": "emails", "ip": "ips", "uri": "uris"}


def bounds(**constraints: tuple[str, ...]) -> Bounds:
    """The constraints of an authority."""
    return Bounds.of("the issuer web", NameConstraints(**constraints))


@pytest.mark.parametrize(
    ("kind", "subtree", "within", "outside"),
    [
        (
            "dns",
            "example.com",
            "example.com EXAMPLE.COM www.example.com a.b.example.com *.example.com *.a.example.com",
            "example.org badexample.com com *.com example.com. *.example.org",
        ),
        (
            "dns",
            ".example.com",
            "www.example.com a.b.example.com *.example.com f*.example.com",
            "example.com .com *.com badexample.com",
        ),
        ("dns", "www.example.com", "www.example.com *.www.example.com", "*.example.com example.com"),
        ("dns", "", "example.com *.com localhost", ""),
        ("email", "me@example.com", "me@example.com me@EXAMPLE.com", "Me@example.com you@example.com me@a.example.com"),
        ("email", "example.com", "me@example.com you@Example.com", "me@a.example.com me@badexample.com"),
        ("email", ".example.com", "me@a.example.com me@a.b.example.com", "me@example.com me@badexample.com"),
        ("ip", "10.0.0.0/8", "10.0.0.0 10.255.255.255", "11.0.0.0 9.255.255.255 2001:db8::1 ::ffff:10.0.0.1"),
        ("ip", "2001:db8::/32", "2001:db8::1 2001:DB8:ffff::", "2001:db9:: 10.0.0.1"),
        (
            "uri",
            "example.com",
            "https://example.com/a https://u@EXAMPLE.com:8443/ spiffe://example.com/x",
            "https://www.example.com/ https://example.org/?https://example.com urn:a:b https://10.0.0.1/ "
            "https://[::1]/ https://[x/ mailto:me@example.com",
        ),
        ("uri", ".example.com", "https://www.example.com/", "https://example.com/ https://badexample.com/"),
    ],
)
def test_what_is_permitted(kind: str, subtree: str, within: str, outside: str) -> None:
    """A name may be certified that lies wholly in the one subtree that is permitted."""
    only = (bounds(**{f"permitted_{FIELDS[kind]}": (subtree,)}),)
    assert [name for name in within.split() if refusal(only, kind, name)] == []
    assert [name for name in outside.split() if not refusal(only, kind, name)] == []


@pytest.mark.parametrize(
    ("kind", "subtree", "within", "outside"),
    [
        (
            "dns",
            "www.example.com",
            "www.example.com WWW.example.com. a.www.example.com *.example.com w*.example.com *ww.example.com "
            "*.www.example.com *.a.www.example.com",
            "example.com mail.example.com *.com f*.example.com www*x.example.com *.mail.example.com",
        ),
        (
            "dns",
            ".www.example.com",
            "a.www.example.com *.www.example.com *.a.www.example.com",
            "www.example.com *.example.com",
        ),
        ("dns", "", "example.com *.com", ""),
        ("email", "root@example.com", "root@example.com", "me@example.com"),
        ("email", "example.com", "me@example.com", "me@a.example.com"),
        ("email", ".example.com", "me@a.example.com", "me@example.com"),
        ("ip", "10.0.0.0/8", "10.1.2.3", "192.0.2.1 2001:db8::1"),
        ("uri", "example.com", "https://example.com/ urn:a:b https://10.0.0.1/", "https://www.example.com/"),
    ],
)
def test_what_is_excluded(kind: str, subtree: str, within: str, outside: str) -> None:
    """A name may not be certified that can stand for anything in an excluded subtree, even in a permitted one."""
    field = FIELDS[kind]
    only = (bounds(**{f"excluded_{field}": (subtree,)}),)
    both = (bounds(**{f"excluded_{field}": (subtree,), f"permitted_{field}": (subtree,)}),)
    assert [name for name in within.split() if not refusal(only, kind, name) or not refusal(both, kind, name)] == []
    assert [name for name in outside.split() if refusal(only, kind, name)] == []


def test_each_kind_has_its_own_constraints() -> None:
    """Those about one kind of names say nothing of the others."""
    only = (bounds(permitted_dns=("example.com",), excluded_ips=("10.0.0.0/8",)),)
    names = {"email": "me@example.org", "ip": "192.0.2.1", "uri": "urn:a:b"}
    assert [refusal(only, kind, name) for kind, name in names.items()] == ["", "", ""]


def test_all_authorities_of_a_chain_have_to_permit_a_name() -> None:
    """The issuer's own permission is worth nothing if one above has another."""
    chain = (
        bounds(permitted_dns=("example.com", "example.org")),
        Bounds.of("R", NameConstraints(permitted_dns=("example.com",))),
    )
    assert refusal(chain, "dns", "a.example.com") == ""
    assert 'name constraints of R permit: "example.com"' in refusal(chain, "dns", "a.example.org")


@pytest.mark.parametrize(
    ("constraints", "text"),
    [
        (
            {"excluded_dns": ("x.org",)},
            'the DNS name "a.x.org" lies in "x.org", which the name constraints of the issuer web exclude',
        ),
        (
            {"permitted_dns": ("a", "b", "c", "d", "e", "f", "g")},
            'the DNS name "a.x.org" lies outside of what the name constraints of the issuer web permit: "a", "b", '
            '"c", "d", "e" and 2 more',
        ),
    ],
)
def test_errors_say_the_name_the_constraint_and_the_authority(
    constraints: dict[str, tuple[str, ...]], text: str
) -> None:
    """And a long list of subtrees is cut."""
    with pytest.raises(InvalidRequest) as raised:
        check((bounds(**constraints),), Names(dns=("a.x.org",)), Subject())
    assert raised.value.text == text


def mail(address: str) -> x509.Name:
    """A subject with a mailbox."""
    return x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, address)])


@pytest.mark.parametrize(
    ("names", "subject", "refused"),
    [
        (Names(), Subject(common_name="www.other.org"), "www.other.org"),
        (Names(), Subject(common_name="www.example.com"), ""),
        (Names(ips=("192.0.2.1",)), Subject(common_name="www.other.org"), "www.other.org"),
        (Names(dns=("www.example.com",)), Subject(common_name="www.other.org"), ""),
        (Names(), Subject(common_name="Some Body"), ""),
        (Names(), Subject(common_name="somebody"), ""),
        (Names(), Subject(common_name="*.other.org"), ""),
        (Names(), Subject(common_name="me@other.org"), ""),
        (Names(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.other.org")]), "www.other.org"),
        (Names(), mail("me@other.org"), "me@other.org"),
        (Names(dns=("www.example.com",)), mail("me@example.com"), ""),
        (Names(others=(("1.3.6.1.5.5.7.8.9", "mé@other.org"),)), Subject(), "mé@other.org"),
        (Names(others=(("1.2.3.4", "me@other.org"),)), Subject(), ""),
    ],
)
def test_names_of_the_subject(names: Names, subject: Subject | x509.Name, refused: str) -> None:
    """A common name counts if it looks like a host and no alternative name is one; a mailbox always."""
    only = (bounds(permitted_dns=("example.com",), permitted_emails=("example.com",)),)
    if not refused:
        check(only, names, subject)
        return
    with pytest.raises(InvalidRequest, match=f'"{refused}" lies outside'):
        check(only, names, subject)


def test_the_common_name_of_an_authority_is_no_host() -> None:
    """Even where it looks like one."""
    check((bounds(permitted_dns=("example.com",)),), Names(), Subject(common_name="ca.other.org"), authority=True)
