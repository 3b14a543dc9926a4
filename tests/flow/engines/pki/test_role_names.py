"""Names of issued certificates as another program reads them, and the dry run that says why."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.clients import asked_by
from tests.flow.engines.pki.mounts import Authority, openssl

ANY = {"allow_any_name": True}
SUB = {"allowed_domains": "example.com", "allow_subdomains": True}


def shown(certificate: str) -> tuple[str, set[str]]:
    """The subject of a certificate, and its alternative names."""
    printed = openssl("x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus", given=certificate)
    text = openssl("x509", "-noout", "-ext", "subjectAltName", given=certificate)
    names = text.partition("\n")[2].strip()
    return printed.strip().removeprefix("subject="), set(filter(None, names.split(", ")))


@pytest.mark.parametrize(
    ("role", "request_", "subject", "names"),
    [
        (SUB, {"common_name": "www.example.com"}, "CN=www.example.com", {"DNS:www.example.com"}),
        (SUB, {"common_name": "www.example.com", "exclude_cn_from_sans": True}, "CN=www.example.com", set()),
        (SUB, {"common_name": "*.example.com"}, "CN=*.example.com", {"DNS:*.example.com"}),
        (SUB, {"common_name": "me@a.example.com"}, "CN=me@a.example.com", {"email:me@a.example.com"}),
        (
            SUB,
            {"common_name": "www.example.com", "alt_names": " a.example.com ,,me@b.example.com", "ip_sans": "10.0.0.1"},
            "CN=www.example.com",
            {"DNS:www.example.com", "DNS:a.example.com", "email:me@b.example.com", "IP Address:10.0.0.1"},
        ),
        (ANY, {"common_name": "10.1.1.1"}, "CN=10.1.1.1", {"IP Address:10.1.1.1"}),
        (
            {"allow_any_name": True},
            {"common_name": "bücher.example"},
            "CN=bücher.example",
            {"DNS:xn--bcher-kva.example"},
        ),
        (
            {**SUB, "enforce_hostnames": False},
            {"common_name": "www.example.com", "alt_names": "_x.example.com"},
            "CN=www.example.com",
            {"DNS:www.example.com", "DNS:_x.example.com"},
        ),
        (
            {**SUB, "allowed_user_ids": "u*", "allowed_serial_numbers": "5*", "organization": "O"},
            {"common_name": "www.example.com", "user_ids": "u1", "serial_number": "55"},
            "O=O,CN=www.example.com,serialNumber=55,UID=u1",
            {"DNS:www.example.com"},
        ),
    ],
)
async def test_what_a_certificate_says(
    role: dict[str, Any], request_: dict[str, Any], subject: str, names: set[str]
) -> None:
    """OpenSSL reads the subject and the alternative names that the role allows."""
    authority = await Authority.new()
    await authority.write("roles/r", key_type="ec", **role)
    issued = await authority.write("issue/r", **request_)

    assert shown(issued["certificate"]) == (subject, names)


async def test_domains_and_uris_by_identity() -> None:
    """Templates of a role stand for the values of each client's own entity."""
    authority = await Authority.new()
    await authority.write(
        "roles/r",
        key_type="ec",
        allowed_domains="{{identity.entity.name}}.example.com",
        allowed_domains_template=True,
        allow_bare_domains=True,
        allowed_uri_sans="spiffe://a/{{identity.entity.metadata.team}}",
        allowed_uri_sans_template=True,
    )
    ada = {"identity.entity.name": "ada", "identity.entity.metadata.team": "blue"}
    request = {"common_name": "ada.example.com", "uri_sans": "spiffe://a/blue"}

    issued = await asked_by(authority, ada, "issue/r", **request)
    assert shown(issued["certificate"])[1] == {"DNS:ada.example.com", "URI:spiffe://a/blue"}
    for others in ({}, {**ada, "identity.entity.name": "bob"}, {**ada, "identity.entity.metadata.team": "red"}):
        with pytest.raises(InvalidRequest):
            await asked_by(authority, others, "issue/r", **request)


async def test_the_display_name_of_the_token() -> None:
    """`allow_token_displayname` lets a client have a certificate for its token's name."""
    authority = await Authority.new()
    await authority.write("roles/r", key_type="ec", allow_token_displayname=True)

    issued = await asked_by(authority, {}, "issue/r", display_name="ldap-ada", common_name="ldap-ada")
    assert shown(issued["certificate"])[1] == {"DNS:ldap-ada"}
    with pytest.raises(InvalidRequest, match="common name ldap-ada not allowed by this role"):
        await asked_by(authority, {}, "issue/r", display_name="ldap-bob", common_name="ldap-ada")


async def test_a_dry_run_tells_of_each_name() -> None:
    """`check` says of each name which field of the role allows or refuses it, and makes no certificate."""
    authority = await Authority.new()
    await authority.write("roles/r", allowed_uri_sans="spiffe://a/*", **SUB)
    before = await authority.mount.rows()
    found = await authority.write(
        "roles/r/check",
        common_name="www.example.com",
        alt_names="evil.com,me@a.example.com",
        ip_sans="10.0.0.1,x",
        uri_sans="spiffe://a/b",
        user_ids="u",
    )

    assert not found["allowed"]
    assert [(each["type"], each["name"], each["allowed"], each["allowed_by"]) for each in found["names"]] == [
        ("common_name", "www.example.com", True, "allow_subdomains (example.com)"),
        ("dns", "www.example.com", True, "allow_subdomains (example.com)"),
        ("dns", "evil.com", False, ""),
        ("email", "me@a.example.com", True, "allow_subdomains (example.com)"),
        ("ip", "10.0.0.1", True, "allow_ip_sans"),
        ("ip", "x", False, ""),
        ("uri", "spiffe://a/b", True, "allowed_uri_sans (spiffe://a/*)"),
    ]
    assert found["names"][2]["refused_because"].startswith("subject alternate name evil.com not allowed by this role")
    assert found["errors"] == [
        found["names"][2]["refused_because"],
        found["names"][5]["refused_because"],
        "user_id u is not allowed by this role: allowed_user_ids has nothing",
    ]
    assert await authority.mount.rows() == before


async def test_a_dry_run_of_what_is_allowed() -> None:
    """What `check` allows, `issue` makes, with the same times and warnings."""
    authority = await Authority.new()
    await authority.write("roles/r", key_type="ec", max_ttl="1h", **SUB)
    request = {"common_name": "www.example.com", "ttl": "2h"}
    found, issued = await authority.write("roles/r/check", **request), await authority.answer("issue/r", **request)

    assert found["allowed"] and found["errors"] == []
    assert found["names"][1]["written_as"] == "www.example.com"
    assert (found["not_before"], found["not_after"]) == ("2023-11-14T22:12:50Z", "2023-11-14T23:13:20Z")
    assert found["warnings"] == ['TTL "2h0m0s" is longer than permitted maxTTL "1h0m0s", so maxTTL is being used']
    assert [text for text in found["warnings"] if text not in issued.warnings] == []


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "the common_name field is required"),
        ({"common_name": "a" * 65 + ".example.com"}, "where certificates have 64 at most"),
        ({"common_name": "a.example.com", "ttl": "1h", "not_after": "2030-01-01T00:00:00Z"}, "Either ttl or not_after"),
        ({"common_name": "a.example.com", "not_after": "9999-01-01T00:00:00Z"}, "beyond the expiration of the CA"),
        (
            {"common_name": "a.example.com", "alt_names": "a.example.com," * 257},
            "at most 256 alternative names",
        ),
    ],
)
async def test_a_dry_run_of_what_is_refused(request_: dict[str, Any], words: str) -> None:
    """Errors that no name causes are told too."""
    authority = await Authority.new()
    await authority.write("roles/r", key_type="ec", **SUB)
    found = await authority.write("roles/r/check", **request_)

    assert not found["allowed"]
    assert words in " ".join(found["errors"])
    with pytest.raises(InvalidRequest) as raised:
        await authority.write("issue/r", **request_)
    assert raised.value.text in found["errors"]


async def test_a_dry_run_without_an_issuer() -> None:
    """Names are judged before there is an issuer; a warning says what isn't looked at."""
    authority = await Authority.new()
    await authority.write("roles/r", issuer_ref="nope", **SUB)
    response = await authority.answer("roles/r/check", common_name="www.example.com")

    assert response.data is not None and response.data["allowed"]
    assert response.warnings == [
        "unable to find PKI issuer for reference: nope: the end and the name constraints of the issuer aren't looked at"
    ]
