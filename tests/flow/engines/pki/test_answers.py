"""How certificates are answered."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest, RateLimited
from tests.flow.engines.pki.mounts import Authority, openssl
from tests.flow.engines.pki.requests import request_for
from tests.flow.engines.pki.stored import keep_role, keys_below

_ROLE = RoleRecord(allow_any_name=True, key_type="any", ttl_s=3600)


async def _authority(role: RoleRecord = _ROLE) -> Authority:
    authority = await Authority.new()
    await keep_role(authority, "any", role)
    return authority


@pytest.mark.parametrize(
    ("key_type", "form", "header"),
    [
        ("rsa", "der", "BEGIN RSA PRIVATE KEY"),
        ("ec", "der", "BEGIN EC PRIVATE KEY"),
        ("ed25519", "der", "BEGIN PRIVATE KEY"),
        ("rsa", "pkcs8", "BEGIN PRIVATE KEY"),
        ("ec", "pkcs8", "BEGIN PRIVATE KEY"),
        ("ec", "unknown", "BEGIN EC PRIVATE KEY"),
    ],
)
async def test_keys_are_written_in_the_form_asked_for(key_type: str, form: str, header: str) -> None:
    """And OpenSSL reads them as the keys of their certificates."""
    authority = await _authority()
    issued = await authority.write("issue/any", common_name="a.com", key_type=key_type, private_key_format=form)
    assert header in issued["private_key"]
    assert issued["private_key_type"] == key_type
    assert openssl("pkey", "-pubout", given=issued["private_key"] + "\n") == openssl(
        "x509", "-noout", "-pubkey", given=issued["certificate"]
    )


async def test_der_is_base64() -> None:
    """The certificate, its chain and its key."""
    authority = await _authority()
    issued = await authority.write("issue/any", common_name="a.com", key_type="ec", format="der")
    for value in (issued["certificate"], issued["private_key"], issued["issuing_ca"], *issued["ca_chain"]):
        assert base64.b64decode(value, validate=True)[0] == 0x30


async def test_a_bundle_has_key_certificate_and_chain() -> None:
    """In this order; of a request that was signed there is no key."""
    authority = await _authority()
    issued = await authority.write("issue/any", common_name="a.com", key_type="ec", format="pem_bundle")
    assert issued["certificate"].count("-----BEGIN") == 3
    assert issued["certificate"].startswith(issued["private_key"] + "\n-----BEGIN CERTIFICATE-----")
    assert issued["certificate"].endswith(issued["issuing_ca"])


async def test_roots_can_be_left_out() -> None:
    """Of the chain's field, as documented: a bundle stays complete.  A chain of a root alone isn't answered then."""
    authority = await _authority()
    issued = await authority.write(
        "issue/any", common_name="a.com", key_type="ec", format="pem_bundle", remove_roots_from_chain=True
    )
    assert "ca_chain" not in issued
    assert issued["certificate"].count("-----BEGIN") == 3
    assert issued["issuing_ca"]


async def test_a_pkcs12_file_opens_with_its_password_only(tmp_path: Path) -> None:
    """It has key, certificate and chain; the key isn't answered beside it."""
    authority = await _authority()
    issued = await authority.write(
        "issue/any", common_name="a.com", key_type="ec", format="pkcs12_bundle", pkcs12_password="long enough"
    )
    assert "private_key" not in issued
    (tmp_path / "bundle").write_bytes(base64.b64decode(issued["pkcs12_bundle"]))
    text = openssl("pkcs12", "-in", str(tmp_path / "bundle"), "-nodes", "-passin", "pass:long enough")
    assert text.count("BEGIN CERTIFICATE") == 2
    assert "BEGIN PRIVATE KEY" in text
    wrong = subprocess.run(
        ["openssl", "pkcs12", "-in", str(tmp_path / "bundle"), "-nodes", "-passin", "pass:wrong"],
        capture_output=True,
        check=False,
    )
    assert wrong.returncode != 0


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"format": "x"}, 'the "format" path parameter must be'),
        ({"format": "pkcs12_bundle"}, "needs pkcs12_password"),
        ({"format": "pkcs12_bundle", "pkcs12_password": "short"}, "at least 8"),
        ({"cert_metadata": "!"}, "must be base64"),
        ({"cert_metadata": "A" * 12_000}, "at most 8192 bytes"),
    ],
)
async def test_what_cannot_be_answered_is_refused(fields: dict[str, str], text: str) -> None:
    """Before anything is made."""
    authority = await _authority()
    with pytest.raises(InvalidRequest, match=text):
        await authority.write("issue/any", common_name="a.com", key_type="ec", **fields)
    assert len(await keys_below(authority, "cert/")) == 1


async def test_a_signed_request_has_no_pkcs12_file(tmp_path: Path) -> None:
    """There is no key to put into it."""
    authority = await _authority()
    with pytest.raises(InvalidRequest, match="only there where one is made"):
        await authority.write("sign/any", csr=request_for(tmp_path), format="pkcs12_bundle")


async def test_the_subjects_serial_number_is_not_the_certificates() -> None:
    """`serial_number` of a request is an attribute of the subject, and of an answer the certificate's number."""
    authority = await _authority(RoleRecord(allow_any_name=True, key_type="ec", allowed_serial_numbers=("*",)))
    issued = await authority.write("issue/any", common_name="a.com", serial_number="AB12")
    text = openssl("x509", "-noout", "-subject", "-serial", given=issued["certificate"])
    assert "serialNumber = AB12" in text
    assert f"serial={issued['serial_number'].replace(':', '').upper()}" in text


async def test_a_certificate_that_is_not_stored_leaves_nothing() -> None:
    """No row, in no index, and no lease."""
    authority = await _authority(RoleRecord(allow_any_name=True, key_type="ec", no_store=True, generate_lease=True))
    before = await keys_below(authority, "")
    answer = await authority.answer("issue/any", common_name="a.com")
    assert answer.lease is None
    assert await keys_below(authority, "") == before


async def test_a_lease_ends_with_its_certificate() -> None:
    """It can't be renewed."""
    authority = await _authority(RoleRecord(allow_any_name=True, key_type="ec", ttl_s=3600, generate_lease=True))
    answer = await authority.answer("issue/any", common_name="a.com")
    assert answer.lease is not None and answer.data is not None
    assert not answer.lease.renewable
    assert (answer.lease.ttl_s, answer.lease.max_ttl_s) == (3600, 3600)
    assert answer.lease.internal == {"serial_number": answer.data["serial_number"]}


async def test_a_client_that_asks_for_the_same_again_and_again_is_stopped() -> None:
    """After as many as the role allows within its window; another name, and a later time, are served."""
    role = RoleRecord(allow_any_name=True, key_type="ec", ttl_s=3600, duplicate_limit=2, duplicate_window_s=600)
    authority = await _authority(role)
    for _ in range(2):
        await authority.write("issue/any", common_name="a.com", alt_names="b.com,c.com")
        authority.mount.clock.advance(100)
    with pytest.raises(RateLimited) as refused:
        await authority.write("issue/any", common_name="A.com", alt_names="c.com,b.com")
    assert refused.value.retry_after_s == 400
    await authority.write("issue/any", common_name="a.com", alt_names="b.com")
    authority.mount.clock.advance(400)
    await authority.write("issue/any", common_name="a.com", alt_names="b.com,c.com")
    assert len(await keys_below(authority, "cert-repeat-end/")) == len(await keys_below(authority, "cert-repeat/")) == 2
    assert not [key for key in await keys_below(authority, "cert-repeat/") if "a.com" in key]


async def test_long_rsa_keys_sign_beside_the_loop() -> None:
    """The certificate is the same as if they hadn't."""
    authority = await Authority.new(key_type="rsa", key_bits=4096)
    await keep_role(authority, "any", _ROLE)
    issued = await authority.write("issue/any", common_name="a.com", key_type="ec")
    assert "sha256WithRSAEncryption" in openssl("x509", "-noout", "-text", given=issued["certificate"])
