"""Which common names a role allows, and which alternative names they become."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.issuing.rules.requests import allowed, alternatives

D, ANY, BARE = {"allowed_domains": "example.com"}, {"allow_any_name": True}, {"allow_bare_domains": True}
SUB, GLOB = {"allow_subdomains": True}, {"allow_glob_domains": True}
LOOSE = {"enforce_hostnames": False}
GLOBS = {"allowed_domains": "*.example.com,ftp*.x.org", **GLOB}
NO_WILDCARDS = {"allow_wildcard_certificates": False}
PRIVATE = {"allowed_ip_sans_cidr": "10.0.0.0/8,fd00::/8"}

ALLOWED = [
    # localhost needs no domain, and no switch.
    ({}, "localhost", "DNS:localhost"),
    ({}, "localdomain", "DNS:localdomain"),
    ({}, "me@localhost", "email:me@localhost"),
    (SUB, "a.localhost", "DNS:a.localhost"),
    (SUB, "*.localhost", "DNS:*.localhost"),
    # Bare domains.
    ({**D, **BARE}, "example.com", "DNS:example.com"),
    ({**D, **BARE}, "EXAMPLE.com", "DNS:EXAMPLE.com"),
    ({"allowed_domains": "Example.COM", **BARE}, "example.com", "DNS:example.com"),
    ({**D, **BARE}, "me@example.com", "email:me@example.com"),
    ({"allowed_domains": "me@example.com", **BARE}, "me@example.com", "email:me@example.com"),
    ({"allowed_domains": "me@example.com", **BARE}, "ME@example.com", "email:ME@example.com"),
    ({"allowed_domains": "*.example.com", **BARE}, "*.example.com", "DNS:*.example.com"),
    # Subdomains include wildcards.
    ({**D, **SUB}, "www.example.com", "DNS:www.example.com"),
    ({**D, **SUB}, "a.b.example.com", "DNS:a.b.example.com"),
    ({**D, **SUB}, "*.example.com", "DNS:*.example.com"),
    ({**D, **SUB}, "*.www.example.com", "DNS:*.www.example.com"),
    ({**D, **SUB}, "b*z.example.com", "DNS:b*z.example.com"),
    ({**D, **SUB}, "b*.example.com", "DNS:b*.example.com"),
    ({**D, **SUB}, "*z.example.com", "DNS:*z.example.com"),
    ({**D, **SUB}, "me@a.example.com", "email:me@a.example.com"),
    ({**D, **SUB, **NO_WILDCARDS}, "www.example.com", "DNS:www.example.com"),
    # Globs go over dots, fit themselves, and fit e-mail addresses.
    (GLOBS, "www.example.com", "DNS:www.example.com"),
    (GLOBS, "a.b.example.com", "DNS:a.b.example.com"),
    (GLOBS, "*.example.com", "DNS:*.example.com"),
    (GLOBS, "ftp1.x.org", "DNS:ftp1.x.org"),
    (GLOBS, "ftp.a.x.org", "DNS:ftp.a.x.org"),
    (GLOBS, "ftp.x.org", "DNS:ftp.x.org"),
    (GLOBS, "ftp*.x.org", "DNS:ftp*.x.org"),
    (GLOBS, "me@a.example.com", "email:me@a.example.com"),
    ({"allowed_domains": "*", **GLOB}, "any.thing", "DNS:any.thing"),
    ({"allowed_domains": "*", **GLOB}, "me@any.thing", "email:me@any.thing"),
    ({"allowed_domains": "*@example.com", **GLOB}, "me@example.com", "email:me@example.com"),
    # Any name.
    (ANY, "a.com", "DNS:a.com"),
    (ANY, "me@example.com", "email:me@example.com"),
    (ANY, "*.com", "DNS:*.com"),
    (ANY, "xn--bcher-kva.example", "DNS:xn--bcher-kva.example"),
    (ANY, "xn--ab", "DNS:xn--ab"),
    # Other scripts: in the subject as they are, in alternative names in ASCII, compared in ASCII.
    (ANY, "bücher.example", "DNS:xn--bcher-kva.example"),
    ({"allowed_domains": "bücher.example", **BARE}, "bücher.example", "DNS:xn--bcher-kva.example"),
    ({"allowed_domains": "bücher.example", **BARE}, "xn--bcher-kva.example", "DNS:xn--bcher-kva.example"),
    ({"allowed_domains": "xn--bcher-kva.example", **SUB}, "a.bücher.example", "DNS:a.xn--bcher-kva.example"),
    ({"allowed_domains": "bücher.example", **BARE}, "me@bücher.example", "email:me@xn--bcher-kva.example"),
    # Addresses become alternative names of their own type.
    (ANY, "10.1.1.1", "IP:10.1.1.1"),
    ({**ANY, **PRIVATE}, "10.2.3.4", "IP:10.2.3.4"),
    ({**D, **PRIVATE}, "10.2.3.4", "IP:10.2.3.4"),
    ({**D, **PRIVATE}, "fd00:0::1", "IP:fd00::1"),
    # Without enforce_hostnames.
    ({**D, **SUB, **LOOSE}, "x_y.example.com", "DNS:x_y.example.com"),
    ({**D, **SUB, **LOOSE}, "_sip.example.com", "DNS:_sip.example.com"),
    # Validations of the common name.
    ({**D, **SUB, "cn_validations": "hostname"}, "www.example.com", "DNS:www.example.com"),
    ({**D, **SUB, "cn_validations": "email"}, "me@www.example.com", "email:me@www.example.com"),
]

ONLY_IN_THE_SUBJECT = [
    ({**ANY, **LOOSE}, "x y"),
    ({**ANY, **LOOSE}, "a,b=c"),
    ({**D, "cn_validations": "disabled"}, "anything at all"),
    ({**D, "cn_validations": "disabled"}, "a_b.evil.com"),
    ({**D, "cn_validations": "disabled"}, "a.*.evil.com"),
    ({**ANY, "allow_ip_sans": False}, "10.1.1.1"),
    ({**ANY, **LOOSE}, "fe80::1%eth0"),
]

REFUSED = [
    ({}, "a.com", "allowed_domains is empty"),
    ({}, "localhost.localdomain", "allowed_domains"),
    ({}, "localhost6", "allowed_domains"),
    ({}, "LOCALHOST", "allowed_domains"),
    ({}, "a.localhost", "allowed_domains"),
    ({}, "*.localhost", "allowed_domains"),
    ({"allow_localhost": False}, "localhost", "allowed_domains"),
    (D, "example.com", "counts only with one of allow_bare_domains, allow_subdomains, allow_glob_domains"),
    (D, "www.example.com", "counts only with"),
    (D, "me@example.com", "counts only with"),
    ({**D, **BARE}, "www.example.com", "(example.com) with allow_bare_domains"),
    ({**D, **BARE}, "*.example.com", "with allow_bare_domains"),
    ({**D, **SUB}, "example.com", "with allow_subdomains"),
    ({**D, **SUB}, "me@example.com", "with allow_subdomains"),
    ({**D, **SUB}, "notexample.com", "with allow_subdomains"),
    ({**D, **SUB}, "www.example.com.evil.com", "with allow_subdomains"),
    ({**D, **SUB}, "*.*.example.com", "RFC 6125"),
    ({**D, **SUB}, "a.*.example.com", "RFC 6125"),
    ({**D, **SUB, **LOOSE}, "a.*.example.com", "RFC 6125"),
    ({**D, **SUB}, "**.example.com", "RFC 6125"),
    ({**D, **SUB}, "a*b*c.example.com", "RFC 6125"),
    ({**D, **SUB}, "xn--a*.example.com", "RFC 6125"),
    ({**D, **SUB}, "_x.example.com", "enforce_hostnames is true"),
    ({**D, **SUB}, "x_y.example.com", "enforce_hostnames is true"),
    ({**D, **SUB, **NO_WILDCARDS}, "*.example.com", "allow_wildcard_certificates is false"),
    ({**ANY, **NO_WILDCARDS}, "*.example.com", "allow_wildcard_certificates is false"),
    ({**GLOBS, **NO_WILDCARDS}, "*.example.com", "allow_wildcard_certificates is false"),
    (GLOBS, "example.com", "with allow_glob_domains"),
    (GLOBS, "me@example.com", "with allow_glob_domains"),
    (GLOBS, "*.x.org", "with allow_glob_domains"),
    ({"allowed_domains": "*.example.com"}, "www.example.com", "counts only with"),
    ({"allowed_domains": "*.example.com", **SUB}, "www.example.com", "with allow_subdomains"),
    ({"allowed_domains": "me@example.com"}, "me@example.com", "counts only with"),
    ({"allowed_domains": "me@example.com", **BARE}, "you@example.com", "with allow_bare_domains"),
    (ANY, "*", "RFC 6125"),
    (ANY, "a b", "enforce_hostnames is true"),
    (ANY, "-a.com", "enforce_hostnames is true"),
    (ANY, "a@b@c", "one `@`"),
    (ANY, "@example.com", "one `@`"),
    (ANY, "me@", "idna"),
    (ANY, "foo bar@a.com", "one `@`"),
    (ANY, '"me"@a.com', "one `@`"),
    (ANY, "*@a.com", "one `@`"),
    (ANY, "foo@*.com", "letters, digits and hyphens"),
    (ANY, "foo@x_y.com", "enforce_hostnames is true"),
    (ANY, "a..b", 'idna: invalid label "a..b"'),
    (ANY, "example.com.", 'idna: invalid label "example.com."'),
    ({**D, **SUB}, ".example.com", 'idna: invalid label ".example.com"'),
    (ANY, "x" * 64, "idna: invalid label"),
    (ANY, "BÜCHER.example", "idna: invalid label"),
    (ANY, "a。b", "idna: invalid label"),
    (ANY, "a.com\n", "control character"),
    (ANY, "a.com\0.evil.com", "control character"),
    ({**ANY, **LOOSE}, "a\nb", "control character"),
    ({"cn_validations": "disabled"}, "a\x1bb", "control character"),
    (ANY, "2001:db8::1", "enforce_hostnames is true"),
    ({**ANY, **PRIVATE}, "1.2.3.4", "allowed_ip_sans_cidr (10.0.0.0/8, fd00::/8)"),
    ({**D, **PRIVATE}, "1.2.3.4", "allowed_ip_sans_cidr"),
    ({**D, **PRIVATE, "allow_ip_sans": False}, "10.2.3.4", "allow_ip_sans is false"),
    ({**D, **SUB}, "10.2.3.4", "with allow_subdomains"),
    ({**D, **SUB, "cn_validations": "email"}, "www.example.com", "cn_validations has email"),
    ({**D, **SUB, "cn_validations": "hostname"}, "me@www.example.com", "cn_validations has hostname"),
    ({**ANY, "cn_validations": "hostname"}, "me@www.example.com", "cn_validations has hostname"),
    ({**D, "cn_validations": "disabled"}, "evil.com", "subject alternate name evil.com not allowed by this role"),
    ({**D, "cn_validations": "disabled"}, "*.evil.com", "subject alternate name *.evil.com not allowed by this role"),
    ({**D, "cn_validations": "disabled"}, "me@evil.com", "email address me@evil.com not allowed by this role"),
]


@pytest.mark.parametrize(("role", "name", "written"), ALLOWED)
def test_an_allowed_common_name_joins_the_alternative_names(role: dict[str, object], name: str, written: str) -> None:
    """The subject has an allowed name as it was asked for, and the alternative names have it in their form."""
    found = allowed(role, {"common_name": name})

    assert found.subject.common_name == name
    assert alternatives(found) == [written]
    assert found.warnings == ()
    assert alternatives(allowed(role, {"common_name": name, "exclude_cn_from_sans": True})) == []


@pytest.mark.parametrize(("role", "name"), ONLY_IN_THE_SUBJECT)
def test_what_cannot_be_an_alternative_name_is_told(role: dict[str, object], name: str) -> None:
    """A common name that no alternative name can hold is in the subject alone, and a warning says so."""
    found = allowed(role, {"common_name": name})

    assert found.subject.common_name == name
    assert alternatives(found) == []
    assert [text for text in found.warnings if name in text and "alternative names" in text]


@pytest.mark.parametrize(("role", "name", "why"), REFUSED)
def test_a_refusal_says_which_rule_refuses(role: dict[str, object], name: str, why: str) -> None:
    """A name that isn't allowed is refused, with the name and the field of the role."""
    with pytest.raises(InvalidRequest) as raised:
        allowed(role, {"common_name": name})

    assert why in raised.value.text


def test_the_words_about_a_label_that_is_none_stand_alone() -> None:
    """Clients know them as the whole of what they are told of an alternative name."""
    with pytest.raises(InvalidRequest) as raised:
        allowed(ANY, {"common_name": "a.b", "alt_names": "a..b"})

    assert raised.value.text == 'idna: invalid label "a..b"'


def test_a_common_name_has_64_characters_at_most() -> None:
    """A longer one is a mistake of the client, told as such."""
    name = "a" * 30 + "." + "b" * 29 + ".com"
    assert len(name) == 64
    assert allowed(ANY, {"common_name": name}).subject.common_name == name

    with pytest.raises(InvalidRequest, match="common_name has 65 characters, where certificates have 64 at most"):
        allowed(ANY, {"common_name": "a" + name})


def test_a_common_name_is_required_unless_the_role_says_otherwise() -> None:
    """`require_cn` decides about an empty one."""
    with pytest.raises(InvalidRequest, match="the common_name field is required"):
        allowed(ANY, {})

    assert not allowed({**ANY, "require_cn": False}, {}).subject
    assert alternatives(allowed({**ANY, "require_cn": False}, {"alt_names": "a.b"})) == ["DNS:a.b"]


@pytest.mark.parametrize(
    ("displayed", "name", "subdomains", "fits"),
    [
        ("ada", "ada", False, True),
        ("ada", "bob", False, False),
        ("ada", "a.ada", False, False),
        ("ada", "a.ada", True, True),
        ("ada", "me@a.ada", True, True),
        ("ada@x.org", "ada@x.org", False, True),
        ("ada@x.org", "bob@x.org", True, False),
        ("ada@x.org", "bob@a.x.org", True, True),
        ("ada@x.org", "a.x.org", True, False),
        ("", "a.b", True, False),
        ("ada_b", "ada_b", False, False),
    ],
)
def test_the_display_name_of_a_token(displayed: str, name: str, subdomains: bool, fits: bool) -> None:
    """`allow_token_displayname` allows the token's display name, and with `allow_subdomains` what is below it."""
    role = {"allow_token_displayname": True, "allow_subdomains": subdomains}
    if fits:
        assert allowed(role, {"common_name": name}, display_name=displayed).subject.common_name == name
        role["allow_token_displayname"] = False
    with pytest.raises(InvalidRequest):
        allowed(role, {"common_name": name}, display_name=displayed)


@pytest.mark.parametrize(
    ("domain", "value", "name", "fits"),
    [
        ("{{identity.entity.name}}.x.org", "ada", "ada.x.org", True),
        ("{{ identity.entity.name }}.x.org", "ada", "ada.x.org", True),
        ("{{identity.entity.name}}.x.org", "ada", "bob.x.org", False),
        ("{{identity.entity.name}}.x.org", "", ".x.org", False),
        ("{{identity.entity.name}}*", "", "a.b", False),
        ("{{identity.entity.name}}.x.org", "*", "bob.x.org", False),
        ("{{identity.entity.name}}@x.org", "a+b", "a+b@x.org", False),
        ("{{identity.entity.id}}.x.org", "ada", "ada.x.org", False),
        ("{{bad", "ada", "ada.x.org", False),
        ("plain.x.org", "ada", "plain.x.org", True),
    ],
)
def test_domains_by_identity(domain: str, value: str, name: str, fits: bool) -> None:
    """A template counts with its client's value, and not at all without one or with one that would be a pattern."""
    role = {"allowed_domains": domain, **BARE, **GLOB, "allowed_domains_template": True}
    values = {"identity.entity.name": value}
    if fits:
        assert alternatives(allowed(role, {"common_name": name}, values=values)) == [f"DNS:{name}"]
    else:
        with pytest.raises(InvalidRequest):
            allowed(role, {"common_name": name}, values=values)


def test_values_that_are_trusted_may_be_patterns() -> None:
    """`allow_globs_in_identity_templates` lets a value with `*` count as a glob."""
    role = {"allowed_domains": "{{identity.entity.name}}.x.org", **GLOB, "allowed_domains_template": True}
    values = {"identity.entity.name": "*"}

    found = allowed({**role, "allow_globs_in_identity_templates": True}, {"common_name": "a.x.org"}, values=values)
    assert alternatives(found) == ["DNS:a.x.org"]
    with pytest.raises(InvalidRequest, match="no template of allowed_domains has a value"):
        allowed(role, {"common_name": "a.x.org"}, values=values)


def test_braces_are_plain_text_without_templates() -> None:
    """A role that doesn't ask for templates fills none in."""
    role = {"allowed_domains": "{{identity.entity.name}}.x.org", **BARE}

    with pytest.raises(InvalidRequest):
        allowed(role, {"common_name": "ada.x.org"}, values={"identity.entity.name": "ada"})
