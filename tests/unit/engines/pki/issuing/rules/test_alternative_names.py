"""Which alternative names a role allows besides the common name."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.issuing.contents import Names
from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.issuing.rules.requests import allowed, alternatives, requested

SUB = {"allowed_domains": "example.com", "allow_subdomains": True}
ANY, LOOSE = {"allow_any_name": True}, {"enforce_hostnames": False}
UPN = "1.3.6.1.4.1.311.20.2.3"

ALLOWED: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    (SUB, {"alt_names": "a.example.com,b.example.com"}, ["DNS:a.example.com", "DNS:b.example.com"]),
    (SUB, {"alt_names": "B.example.com,a.example.com"}, ["DNS:B.example.com", "DNS:a.example.com"]),
    (SUB, {"alt_names": "a.example.com,a.example.com"}, ["DNS:a.example.com"]),
    (SUB, {"alt_names": "www.example.com"}, []),
    (SUB, {"alt_names": "me@www.example.com"}, ["email:me@www.example.com"]),
    (SUB, {"alt_names": "bücher.example.com"}, ["DNS:xn--bcher-kva.example.com"]),
    (SUB, {"alt_names": "me@bücher.example.com"}, ["email:me@xn--bcher-kva.example.com"]),
    (SUB, {"alt_names": "*.example.com,b*z.example.com"}, ["DNS:*.example.com", "DNS:b*z.example.com"]),
    # The peer drops these two without a word.
    ({**SUB, **LOOSE}, {"alt_names": "x_y.example.com"}, ["DNS:x_y.example.com"]),
    ({**ANY, **LOOSE}, {"alt_names": "_sip._tcp.x"}, ["DNS:_sip._tcp.x"]),
    (ANY, {"alt_names": "1.2.3.4"}, ["IP:1.2.3.4"]),
    ({**SUB, "allowed_ip_sans_cidr": "1.0.0.0/8"}, {"alt_names": "1.2.3.4"}, ["IP:1.2.3.4"]),
    (SUB, {"ip_sans": "1.2.3.4,2001:DB8:0::1"}, ["IP:1.2.3.4", "IP:2001:db8::1"]),
    ({**SUB, "allowed_ip_sans_cidr": "10.0.0.0/8"}, {"ip_sans": "10.2.3.4"}, ["IP:10.2.3.4"]),
    ({**SUB, "allowed_ip_sans_cidr": "10.1.2.3/8"}, {"ip_sans": "10.2.3.4"}, ["IP:10.2.3.4"]),
    ({**SUB, "allowed_ip_sans_cidr": "fd00::/8"}, {"ip_sans": "fd00::1"}, ["IP:fd00::1"]),
    ({**SUB, "allowed_ip_sans_cidr": "10.0.0.0/8"}, {"ip_sans": "::ffff:10.0.0.1"}, ["IP:10.0.0.1"]),
    ({**SUB, "allowed_uri_sans": "spiffe://a/*"}, {"uri_sans": "spiffe://a/b/c"}, ["URI:spiffe://a/b/c"]),
    (
        {**SUB, "allowed_uri_sans": "spiffe://a/*"},
        {"uri_sans": "spiffe://a/..b/c.?../d"},
        ["URI:spiffe://a/..b/c.?../d"],
    ),
    (
        {**SUB, "allowed_uri_sans": "*"},
        {"uri_sans": "urn:x:y,https://[::1]:80/"},
        ["URI:urn:x:y", "URI:https://[::1]:80/"],
    ),
    ({**SUB, "allowed_uri_sans": "a:b"}, {"uri_sans": "a:b"}, ["URI:a:b"]),
    *(
        ({**SUB, "allowed_uri_sans": pattern}, {"uri_sans": uri}, [f"URI:{uri}"])
        for pattern, uri in (
            ("https://*.a.com/*", "https://b.a.com/c/d?e#f"),
            ("https://*.a.com/*", "https://b.c.a.com/"),
            ("https://*", "https://b.a.com/c?d"),
            ("spiffe://a*", "spiffe://a/b/c"),
            ("*://a.com/b", "https://a.com/b"),
            ("https://*@a.com/*", "https://me@a.com/b"),
            ("https://a.com*", "https://a.com?b"),
            ("urn:*:x", "urn:a://b:x"),
            ("*", "https://me@a.com/b"),
        )
    ),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": f"{UPN};utf8:x@y"}, [f"other:{UPN}=x@y"]),
    ({**SUB, "allowed_other_sans": f"{UPN};utf8:*@y"}, {"other_sans": f"{UPN};UTF-8:x@y"}, [f"other:{UPN}=x@y"]),
    ({**SUB, "allowed_other_sans": f"{UPN};UTF8:x,{UPN};UTF8:y"}, {"other_sans": f"{UPN};UTF8:y"}, [f"other:{UPN}=y"]),
    ({**SUB, "allowed_other_sans": "1.2;UTF8:a:b"}, {"other_sans": "1.2;UTF8:a:b"}, ["other:1.2=a:b"]),
]

REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        SUB,
        {"alt_names": "a.example.com,evil.com"},
        "subject alternate name evil.com not allowed by this role: it doesn't fit",
    ),
    (SUB, {"alt_names": "me@evil.com"}, "email address me@evil.com not allowed by this role: it doesn't fit"),
    (SUB, {"alt_names": "me@example.com"}, "email address me@example.com not allowed"),
    (SUB, {"alt_names": "evil.com", "exclude_cn_from_sans": True}, "subject alternate name evil.com not allowed"),
    (SUB, {"alt_names": "x_y.example.com"}, "enforce_hostnames is true"),
    (SUB, {"alt_names": "a b"}, "subject alternate name a b not allowed by this role"),
    ({**ANY, **LOOSE}, {"alt_names": "a b"}, "subject alternate name a b not allowed by this role: a host has letters"),
    ({**ANY, **LOOSE}, {"alt_names": "a/b"}, "a host has letters"),
    (ANY, {"alt_names": "a_b.c"}, "enforce_hostnames is true"),
    (ANY, {"alt_names": "*"}, "RFC 6125"),
    (ANY, {"alt_names": "a@b@c"}, "one `@`"),
    (ANY, {"alt_names": "a\0.b"}, "control character"),
    ({**ANY, "allow_wildcard_certificates": False}, {"alt_names": "*.x"}, "allow_wildcard_certificates is false"),
    (SUB, {"alt_names": "1.2.3.4"}, "subject alternate name 1.2.3.4 not allowed by this role"),
    ({**ANY, "allow_ip_sans": False}, {"alt_names": "1.2.3.4"}, "allow_ip_sans is false"),
    ({**ANY, "allowed_ip_sans_cidr": "10.0.0.0/8"}, {"alt_names": "1.2.3.4"}, "allowed_ip_sans_cidr (10.0.0.0/8)"),
    (SUB, {"ip_sans": "x"}, 'the value "x" is not a valid IP address'),
    (SUB, {"ip_sans": "1.2.3.4/8"}, "is not a valid IP address"),
    (SUB, {"ip_sans": "fe80::1%eth0"}, "is not a valid IP address"),
    ({**SUB, "allow_ip_sans": False}, {"ip_sans": "1.2.3.4"}, "but was provided via the API: allow_ip_sans is false"),
    ({**SUB, "allowed_ip_sans_cidr": "10.0.0.0/8"}, {"ip_sans": "1.2.3.4"}, 'the IP address "1.2.3.4" is not allowed'),
    ({**SUB, "allowed_ip_sans_cidr": "10.0.0.0/8"}, {"ip_sans": "::ffff:1.0.0.1"}, "is not allowed in this role"),
    ({**SUB, "allowed_ip_sans_cidr": "10.0.0.0/8"}, {"ip_sans": "fd00::1"}, "is not allowed in this role"),
    (SUB, {"uri_sans": "spiffe://a/b"}, "but were provided via the API: allowed_uri_sans is empty"),
    (
        {**SUB, "allowed_uri_sans": "spiffe://a/*"},
        {"uri_sans": "spiffe://x/b"},
        "doesn't fit allowed_uri_sans (spiffe://a/*)",
    ),
    ({**SUB, "allowed_uri_sans": "*"}, {"uri_sans": "not a uri"}, "is not a valid URI"),
    ({**SUB, "allowed_uri_sans": "spiffe://a/*"}, {"uri_sans": "spiffe://a/b/../../c"}, "stands for others"),
    ({**SUB, "allowed_uri_sans": "spiffe://a/*"}, {"uri_sans": "spiffe://a/b/%2E%2e/c?d"}, "stands for others"),
    ({**SUB, "allowed_uri_sans": "spiffe://a/*"}, {"uri_sans": "spiffe://a/./c#d"}, "stands for others"),
    ({**SUB, "allowed_uri_sans": "spiffe://a/*"}, {"uri_sans": "spiffe://a/b%2F..%2fc"}, "stands for others"),
    ({**SUB, "allowed_uri_sans": "spiffe://a/*"}, {"uri_sans": "spiffe://a/b%5c%2e%2E%5Cc"}, "stands for others"),
    *(
        ({**SUB, "allowed_uri_sans": pattern}, {"uri_sans": uri}, "doesn't fit allowed_uri_sans")
        for pattern, uri in (
            ("https://*.a.com/*", "https://evil.org/.a.com/"),
            ("https://*.a.com/*", "https://evil.org?.a.com/"),
            ("https://*.a.com/*", "https://evil.org#.a.com/"),
            ("https://*.a.com/*", "https://evil.org:1@b.a.com/"),
            ("https://a.com*", "https://a.com@evil.org/"),
            ("https://*.a.com*", "https://evil.org/b.a.com"),
            ("https://*", "https://me@a.com/"),
            ("*://a.com/b", "x:evil://a.com/b"),
            ("*://a.com/b", "x:y"),
            ("https://*/b", "https://a.com/c/b"),
        )
    ),
    ({**SUB, "allowed_uri_sans": "*"}, {"uri_sans": "plain"}, "is not a valid URI"),
    (
        {**SUB, "allowed_uri_sans": "*"},
        {"uri_sans": "http://[x"},
        'the provided URI Subject Alternative Name "http://[x"',
    ),
    ({**SUB, "allowed_uri_sans": "*"}, {"uri_sans": "http://a:99999/"}, "is not a valid URI"),
    ({**SUB, "allowed_uri_sans": "*"}, {"uri_sans": "a:ü"}, "is not a valid URI"),
    ({**SUB, "allowed_uri_sans": "*"}, {"uri_sans": "a:" + "b" * 2048}, "is not a valid URI"),
    (
        SUB,
        {"other_sans": f"{UPN};utf8:x"},
        f"other SAN OID {UPN} not allowed by this role: allowed_other_sans has nothing",
    ),
    ({**SUB, "allowed_other_sans": "1.2.3;utf8:*"}, {"other_sans": "1.2.4;utf8:x"}, "other SAN OID 1.2.4 not allowed"),
    (
        {**SUB, "allowed_other_sans": "1.2.3;utf8:*y"},
        {"other_sans": "1.2.3;utf8:z"},
        "other SAN z not allowed for OID 1.2.3",
    ),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": "1.2.4;int:x"}, "only utf8 other SANs are supported"),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": "bad"}, "expected a semicolon"),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": "1.2;utf8"}, "expected a colon"),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": "a.b;utf8:x"}, "no object identifier"),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": "1.2;utf8:a\nb"}, "control characters"),
    ({**SUB, "allowed_other_sans": "*"}, {"other_sans": "1.2;utf8:" + "x" * 1025}, "longer than 1024"),
]


@pytest.mark.parametrize(("role", "request_", "written"), ALLOWED)
def test_allowed_names_are_written(role: dict[str, Any], request_: dict[str, Any], written: list[str]) -> None:
    """Each name that is asked for stands in the certificate, once and in its type."""
    found = allowed(role, {"common_name": "www.example.com", **request_})

    assert sorted(alternatives(found)) == sorted(["DNS:www.example.com", *written])
    assert found.warnings == ()


@pytest.mark.parametrize(("role", "request_", "why"), REFUSED)
def test_a_refused_name_refuses_the_request(role: dict[str, Any], request_: dict[str, Any], why: str) -> None:
    """No name is left out: one that isn't allowed refuses the request, with its name and the rule."""
    with pytest.raises(InvalidRequest) as raised:
        allowed(role, {"common_name": "www.example.com", **request_})

    assert why in raised.value.text


def test_uris_by_identity() -> None:
    """A template in `allowed_uri_sans` counts with the client's own value only."""
    role = {**SUB, "allowed_uri_sans": "spiffe://a/{{identity.entity.name}}/*", "allowed_uri_sans_template": True}
    request = {"common_name": "www.example.com", "uri_sans": "spiffe://a/ada/x"}

    found = allowed(role, request, values={"identity.entity.name": "ada"})
    assert found.names.uris == ("spiffe://a/ada/x",)
    for values in ({}, {"identity.entity.name": "bob"}, {"identity.entity.name": "*"}):
        with pytest.raises(InvalidRequest, match="not valid for this role"):
            allowed(role, request, values=values)
    with pytest.raises(InvalidRequest, match="not valid for this role"):
        allowed({**role, "allowed_uri_sans_template": False}, request, values={"identity.entity.name": "ada"})


def test_a_certificate_has_256_alternative_names_at_most() -> None:
    """Names of all types count, before any is looked at."""
    hosts = [f"a{number}.example.com" for number in range(200)]
    addresses = [f"10.0.0.{number}" for number in range(56)]
    assert len(allowed(SUB, {"common_name": "a.example.com", "alt_names": tuple(hosts)}).names.dns) == 201
    allowed(SUB, {"common_name": "a.example.com", "alt_names": tuple(hosts), "ip_sans": tuple(addresses)})

    with pytest.raises(InvalidRequest, match="at most 256 alternative names"):
        allowed(SUB, {"common_name": "?", "alt_names": tuple(hosts), "ip_sans": (*addresses, "10.0.1.1")})
    names = Names(dns=tuple(hosts), uris=("a:b",) * 57)
    with pytest.raises(InvalidRequest, match="at most 256 alternative names"):
        allowed(SUB, {"common_name": "?", "requested": requested(common_name="?", names=names)})


CSR_NAMES = Names(
    dns=("a.example.com",),
    emails=("me@www.example.com",),
    ips=("1.2.3.4",),
    uris=("spiffe://a/b",),
    others=((UPN, "x@y"),),
)
OPEN = {**SUB, "allowed_uri_sans": "spiffe://*", "allowed_other_sans": "*"}


def test_names_of_a_certificate_request_come_first() -> None:
    """With `use_csr_sans` its names are taken, and its common name joins them."""
    found = allowed(OPEN, {"requested": requested(common_name="www.example.com", names=CSR_NAMES)})

    assert alternatives(found) == [
        "DNS:a.example.com",
        "DNS:www.example.com",
        "email:me@www.example.com",
        "IP:1.2.3.4",
        "URI:spiffe://a/b",
        f"other:{UPN}=x@y",
    ]


def test_names_of_a_certificate_request_are_left_where_the_role_says_so() -> None:
    """Without `use_csr_sans` the fields count, and nothing of the certificate request."""
    request = {"requested": requested(common_name="www.example.com", names=CSR_NAMES), "alt_names": "z.example.com"}
    found = allowed({**OPEN, "use_csr_sans": False}, request)

    assert alternatives(found) == ["DNS:www.example.com", "DNS:z.example.com"]
    assert found.warnings == ()


@pytest.mark.parametrize("field", ["alt_names", "ip_sans", "uri_sans", "other_sans"])
def test_fields_that_do_not_count_are_told(field: str) -> None:
    """With `use_csr_sans` each field of names that is given anyway causes a warning."""
    found = allowed(OPEN, {"requested": requested(common_name="www.example.com", names=CSR_NAMES), field: "x"})

    assert found.warnings == (f'the {field} field was provided but the role is set with "use_csr_sans" set to true',)


@pytest.mark.parametrize(
    ("role", "names", "why"),
    [
        (OPEN, Names(dns=("evil.com",)), "subject alternate name evil.com not allowed by this role"),
        (OPEN, Names(dns=("a_b.example.com",)), "subject alternate name a_b.example.com not allowed by this role"),
        (OPEN, Names(dns=("me@www.example.com",)), "it is no host"),
        (OPEN, Names(emails=("www.example.com",)), "it is no e-mail address"),
        (OPEN, Names(emails=("me@evil.com",)), "email address me@evil.com not allowed by this role"),
        (
            {**OPEN, "allow_ip_sans": False},
            CSR_NAMES,
            "IP Subject Alternative Names are not allowed in this role, but was provided via CSR",
        ),
        ({**OPEN, "allowed_uri_sans": ()}, CSR_NAMES, "were provided via CSR"),
        ({**OPEN, "allowed_uri_sans": "a:b"}, CSR_NAMES, "provided via CSR which are not valid"),
        ({**OPEN, "allowed_other_sans": ()}, CSR_NAMES, f"other SAN OID {UPN} not allowed by this role"),
    ],
)
def test_names_of_a_certificate_request_are_judged_too(role: dict[str, Any], names: Names, why: str) -> None:
    """The rules for names in fields hold for those in a certificate request."""
    with pytest.raises(InvalidRequest) as raised:
        allowed(role, {"requested": requested(common_name="www.example.com", names=names)})

    assert why in raised.value.text


def test_underscores_of_a_certificate_request() -> None:
    """Without `enforce_hostnames` they pass, as they do in fields."""
    names = Names(dns=("a_b.example.com",))
    found = allowed({**SUB, **LOOSE}, {"requested": requested(common_name="www.example.com", names=names)})

    assert found.names.dns == ("a_b.example.com", "www.example.com")
