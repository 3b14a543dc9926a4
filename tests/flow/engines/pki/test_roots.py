"""Making roots and intermediates."""

from __future__ import annotations

import base64
import re
import subprocess
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.chains import below, leaf, text_of
from tests.flow.engines.pki.mounts import Authority, openssl


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({}, ["sha256WithRSAEncryption", "(2048 bit)", "CA:TRUE\n", "Certificate Sign, CRL Sign"]),
        ({"key_bits": 3072, "signature_bits": 384}, ["sha384WithRSAEncryption", "(3072 bit)"]),
        ({"use_pss": True, "signature_bits": 512}, ["rsassaPss", "sha512"]),
        ({"key_type": "ec"}, ["ecdsa-with-SHA256", "P-256"]),
        ({"key_type": "ec", "key_bits": 224}, ["ecdsa-with-SHA256", "P-224"]),
        ({"key_type": "ec", "key_bits": 384}, ["ecdsa-with-SHA384", "P-384"]),
        ({"key_type": "ec", "key_bits": 521}, ["ecdsa-with-SHA512", "P-521"]),
        ({"key_type": "ed25519"}, ["ED25519"]),
        ({"key_type": "ec", "max_path_length": 3}, ["CA:TRUE, pathlen:3"]),
        ({"key_type": "ec", "max_path_length": 0}, ["CA:TRUE, pathlen:0"]),
        ({"key_type": "ec", "key_usage": "DigitalSignature"}, ["Digital Signature, Certificate Sign, CRL Sign"]),
        ({"key_type": "ec", "ext_key_usage": "ServerAuth", "ext_key_usage_oids": "1.2.3"}, ["TLS Web Server", "1.2.3"]),
        ({"key_type": "ec", "alt_names": "a.example.com,me@example.com"}, ["DNS:a.example.com", "email:me@example"]),
        ({"key_type": "ec", "ip_sans": "10.1.1.1", "uri_sans": "spiffe://a/b"}, ["IP Address:10.1.1.1", "URI:spiffe"]),
        ({"key_type": "ec", "not_before": "2020-01-02T03:04:05Z"}, ["Not Before: Jan  2 03:04:05 2020"]),
        ({"key_type": "ec", "not_after": "9999-12-31T23:59:59Z"}, ["Not After : Dec 31 23:59:59 9999"]),
        ({"key_type": "ec", "country": "DE", "ou": "A,B", "serial_number": "SN1"}, ["C = DE", "OU = A", "SN1"]),
        (
            {
                "key_type": "ec",
                "permitted_dns_domains": "example.com,.x.org",
                "excluded_ip_ranges": "10.1.2.3/8",
                "permitted_email_addresses": "me@example.com",
                "excluded_uri_domains": "v.example",
            },
            ["DNS:example.com", "DNS:.x.org", "IP:10.0.0.0/255.0.0.0", "email:me@example.com", "URI:v.example"],
        ),
    ],
)
async def test_roots_say_what_was_asked_for(fields: dict[str, Any], wanted: list[str]) -> None:
    """OpenSSL reads each field in the certificate, which signs itself."""
    authority = await Authority.empty()
    made = await authority.write("root/generate/internal", common_name="The Root", **fields)

    shown = text_of(made["certificate"])
    for each in wanted:
        assert each in shown
    assert "X509v3 Subject Key Identifier" in shown
    assert made["serial_number"].upper() in shown.upper()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"key_type": "dsa"}, "unknown key type"),
        ({"key_type": "rsa", "key_bits": 1024}, "unsafe"),
        ({"key_type": "ec", "key_bits": 2048}, "unsupported bit length"),
        ({"max_path_length": -2}, "max_path_length"),
        ({"permitted_dns_domains": "*.a.com"}, "no wildcards"),
        ({"permitted_dns_domains": "bad domain!"}, "is no domain"),
        ({"permitted_ip_ranges": "10.0.0.0"}, "ranges are written"),
        ({"excluded_ip_ranges": "10.0.0.0/33"}, "ranges are written"),
        ({"permitted_email_addresses": "a b@c"}, "no constraint of e-mail"),
        ({"excluded_email_addresses": "me@.example.com"}, "no constraint of e-mail"),
        ({"permitted_uri_domains": "https://a.b/"}, "is no domain"),
        ({"alt_names": "a b"}, "a b"),
        ({"ip_sans": "1.2.3"}, "valid IP address"),
        ({"other_sans": "bad"}, "semicolon"),
        ({"key_usage": "Foo"}, "isn't known"),
        ({"ext_key_usage_oids": "x"}, "object identifier"),
        ({"signature_bits": 100}, "signature_bits"),
        ({"ttl": "1h", "not_after": "2030-01-01T00:00:00Z"}, "Both should not"),
        ({"not_after": "2010-01-01T00:00:00Z"}, "later than"),
        ({"not_after": "tomorrow"}, "RFC 3339"),
        ({"common_name": "x" * 65 + " y"}, "65|67"),
        ({"country": "D\x00E"}, "control character"),
        ({"organization": ["x"] * 17}, "at most"),
        ({"issuer_name": "default"}, "reserved"),
        ({"key_name": "a b"}, "invalid characters"),
        ({"external_key_ref": "a:b"}, "hardware"),
        ({"format": "pkcs12"}, "format"),
    ],
)
async def test_mistakes_are_refused_and_leave_nothing(fields: dict[str, Any], said: str) -> None:
    """A request that can't be met is a client's error, and makes neither a key nor an issuer."""
    authority = await Authority.empty()
    with pytest.raises(InvalidRequest, match=said):
        await authority.write("root/generate/internal", **{"common_name": "R", "key_type": "ec", **fields})
    assert await authority.mount.rows() == {}


async def test_an_authority_can_not_have_a_long_name() -> None:
    """A common name longer than 64 characters is refused, as RFC 5280 wants it."""
    authority = await Authority.empty()
    with pytest.raises(InvalidRequest, match="64"):
        await authority.write("root/generate/internal", common_name="x" * 30 + " " + "y" * 34, key_type="ec")


@pytest.mark.parametrize(
    ("type_", "form", "label"),
    [
        ("rsa", "der", "RSA PRIVATE KEY"),
        ("rsa", "pkcs8", "PRIVATE KEY"),
        ("ec", "der", "EC PRIVATE KEY"),
        ("ec", "pkcs8", "PRIVATE KEY"),
        ("ed25519", "der", "PRIVATE KEY"),
        ("ed25519", "pkcs8", "PRIVATE KEY"),
    ],
)
async def test_exported_keys_fit_their_certificates(type_: str, form: str, label: str) -> None:
    """The key of an exported root is in the form that was asked for, and the certificate's, in PEM and in DER."""
    authority = await Authority.empty()
    made = await authority.write(
        "root/generate/exported", common_name="R", key_type=type_, private_key_format=form, format="pem_bundle"
    )
    assert made["private_key"].startswith(f"-----BEGIN {label}-----")
    assert made["private_key_type"] == type_
    assert made["certificate"].count("-----BEGIN") == 2
    public = openssl("x509", "-noout", "-pubkey", given=made["issuing_ca"])
    assert openssl("pkey", "-pubout", given=made["private_key"]) == public
    der = await authority.write(
        "root/generate/exported", common_name="R", key_type=type_, private_key_format=form, format="der"
    )
    read = subprocess.run(
        ["openssl", "pkey", "-inform", "der", "-noout"],
        input=base64.b64decode(der["private_key"]),
        capture_output=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr


@pytest.mark.parametrize("exported", ["kms", "other"])
async def test_there_are_no_other_ways_to_have_a_key(exported: str) -> None:
    """Keys in hardware, and what isn't known, are refused in words."""
    authority = await Authority.empty()
    for place in ("root/generate", "root/rotate", "intermediate/generate"):
        with pytest.raises(InvalidRequest, match=r"hardware|must be"):
            await authority.write(f"{place}/{exported}", common_name="R")


async def test_a_root_for_a_key_of_the_mount() -> None:
    """`existing` makes another certificate for the same key."""
    authority = await Authority.new(key_name="k")
    again = await authority.write("root/generate/existing", common_name="Again", key_ref="k")
    first = await authority.read("issuer/default")
    assert again["key_id"] == first["key_id"]
    keys = {openssl("x509", "-noout", "-pubkey", given=each["certificate"]) for each in (again, first)}
    assert len(keys) == 1


async def test_rotation() -> None:
    """The next root is called so, and becomes the default when it is told to."""
    authority = await Authority.new(issuer_name="first")
    made = await authority.write("root/rotate/internal", common_name="Second", key_type="ec")
    assert made["issuer_name"] == "next"
    assert (await authority.read("config/issuers"))["default"] != made["issuer_id"]
    assert (await authority.write("root/replace"))["default"] == made["issuer_id"]
    again = await authority.write("root/rotate/internal", common_name="Third", key_type="ec")
    assert again["issuer_name"] == ""


async def test_deleting_the_root_deletes_all_issuers_and_keys() -> None:
    """Nothing of an issuer or a key is left, whatever names and indices there were."""
    authority = await Authority.new(issuer_name="a", key_name="b")
    await authority.write("root/generate/internal", common_name="R2", key_type="ec")
    await authority.delete("root")
    left = [row for row in await authority.mount.rows() if re.match("issuer|key", row)]
    assert left == []


async def test_an_intermediate_ends_with_its_issuer_unless_that_is_enforced() -> None:
    """Without `enforce_leaf_not_after_behavior`, `permit` doesn't count for authorities; with it, it does."""
    root = await Authority.new(ttl="10h")
    asked = await (await Authority.empty()).write("intermediate/generate/internal", common_name="I", key_type="ec")
    end = root.mount.clock.now() + 36_000
    later = {"csr": asked["csr"], "not_after": "2029-01-01T00:00:00Z"}
    await root.patch("issuer/default", leaf_not_after_behavior="permit")

    cut = await root.answer("root/sign-intermediate", **later)
    assert cut.data is not None and cut.data["expiration"] == int(end)
    assert any("ends with its issuer" in each for each in cut.warnings)
    longer = await root.write("root/sign-intermediate", **later, enforce_leaf_not_after_behavior=True)
    assert longer["expiration"] > end
    for behavior in ("err", "always_enforce_err"):
        await root.patch("issuer/default", leaf_not_after_behavior=behavior)
        with pytest.raises(InvalidRequest, match="beyond the expiration"):
            await root.write("root/sign-intermediate", **later, enforce_leaf_not_after_behavior=True)
    with pytest.raises(InvalidRequest, match="beyond the expiration"):
        await root.write("root/sign-intermediate", **later)


@pytest.mark.parametrize("behavior", ["err", "truncate", "permit"])
async def test_an_issuer_near_its_end(behavior: str) -> None:
    """With an hour left, two hours are refused, cut with a warning, or given; from an expired one, nothing is cut."""
    authority = await Authority.new(ttl="1h", issuer_name="ca")
    await authority.patch("issuer/ca", leaf_not_after_behavior=behavior)
    end = authority.mount.clock.now() + 3600
    if behavior == "err":
        with pytest.raises(InvalidRequest, match="rotate the issuer"):
            await leaf(authority, common_name="a.b", ttl="2h")
    else:
        issued = await leaf(authority, common_name="a.b", ttl="2h")
        assert issued["expiration"] == (int(end) if behavior == "truncate" else int(end) + 3600)
    authority.mount.clock.advance(3601)
    if behavior == "permit":
        assert (await leaf(authority, common_name="a.b", ttl="2h"))["expiration"] > end
    else:
        with pytest.raises(InvalidRequest, match=r"issuer ca .*expired"):
            await leaf(authority, common_name="a.b", ttl="2h")


async def test_requests_of_intermediates() -> None:
    """OpenSSL verifies the request, and reads what was asked for."""
    authority = await Authority.empty()
    asked = await authority.write(
        "intermediate/generate/exported",
        common_name="a.example.com",
        key_type="rsa",
        alt_names="c.example.com",
        ip_sans="10.1.1.1",
        ou="Unit",
        add_basic_constraints=True,
        use_pss=True,
        signature_bits=384,
    )
    assert (
        "self-signature verify OK"
        in subprocess.run(
            ["openssl", "req", "-noout", "-verify"], input=asked["csr"], capture_output=True, text=True, check=True
        ).stderr
    )
    shown = text_of(asked["csr"])
    for each in ("OU = Unit", "DNS:c.example.com", "IP Address:10.1.1.1", "CA:TRUE", "rsassaPss", "sha384"):
        assert each in shown


async def test_the_certificate_of_an_intermediate_is_found_and_can_be_read() -> None:
    """It is stored as any other that the mount has issued."""
    root = await Authority.new()
    mount = await below(root)
    certificate = (await mount.read("cert/ca"))["certificate"]
    serial = openssl("x509", "-noout", "-serial", given=certificate).strip().partition("=")[2].lower()
    shown = await root.read("cert/" + "-".join(re.findall("..", serial)))
    assert shown["certificate"].strip() == certificate
