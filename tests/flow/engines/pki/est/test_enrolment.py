"""Devices that enrol, and those that may not."""

from __future__ import annotations

import base64
import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strongroom.http.message import Peer
from tests.flow.engines.pki.est.world import PASSWORD, World, certificates, der, device, parts, text, unpacked
from tests.flow.engines.pki.mounts import openssl
from tests.flow.engines.pki.requests import request_for

WELL_KNOWN = "/.well-known/est/simpleenroll"


async def test_the_authorities_are_told_to_everybody() -> None:
    """The chain comes as PKCS #7, wherever a device asks, without credentials."""
    world = await World.new(label_to_path_policy={"lab": "sign-verbatim"})
    for path in (
        "/.well-known/est/cacerts",
        "/.well-known/est/lab/cacerts",
        "/v1/pki/est/cacerts",
        "/v1/pki/est/lab/cacerts",
        "/v1/pki/roles/web/est/cacerts",
    ):
        answer = await world.ask("GET", path, basic="")
        assert "subject=CN = Root" in certificates(answer)


@pytest.mark.parametrize(
    "path",
    [WELL_KNOWN, "/.well-known/est/lab/simpleenroll", "/v1/pki/est/simpleenroll", "/v1/pki/roles/web/est/simpleenroll"],
)
async def test_a_device_enrols_with_its_password(path: str, tmp_path: Path) -> None:
    """It gets a certificate for the key of its request, as the role says."""
    world = await World.new(label_to_path_policy={"lab": "role:web"})
    csr = device(tmp_path)
    found = certificates(await world.enrol(path, csr))
    assert "DNS:d1.example.com" in text(found)
    assert openssl("x509", "-noout", "-pubkey", given=found) == openssl("req", "-noout", "-pubkey", given=csr)
    assert (await world.enrol(path, device(tmp_path, "d1.example.net"))).status == 400


@pytest.mark.parametrize("form", ["base64", "lines", "double", "DER", "PEM"])
async def test_forms_of_a_request(form: str, tmp_path: Path) -> None:
    """Base64 with and without line breaks is what the standard says; what older clients send is read too."""
    world = await World.new()
    csr = device(tmp_path)
    plain = der(csr)
    body = {
        "base64": base64.b64encode(plain),
        "lines": base64.encodebytes(plain).replace(b"\n", b"\r\n"),
        "double": base64.b64encode(plain) + b"\n\n",
        "DER": plain,
        "PEM": csr.encode(),
    }[form]
    assert "DNS:d1" in text(certificates(await world.ask("POST", WELL_KNOWN, body)))


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense!", b"AAAA", b"{}", b"-----BEGIN CERTIFICATE REQUEST-----", b"\x30\x82\xff\xff", b"\xff" * 99],
)
async def test_what_is_no_request_is_refused(body: bytes) -> None:
    """It is the client's mistake, and is told as one."""
    world = await World.new()
    answer = await world.ask("POST", WELL_KNOWN, body)
    assert (answer.status, bool(answer.error)) == (400, True)


@pytest.mark.parametrize(
    "basic", ["", "device:wrong", "nobody:x", "device", "a/../../b:x", f"device/:{PASSWORD}", ":", "\0:x"]
)
async def test_who_has_no_valid_password_is_challenged(basic: str, tmp_path: Path) -> None:
    """All the same way: nobody learns which names there are."""
    world = await World.new()
    answer = await world.enrol(WELL_KNOWN, device(tmp_path), basic=basic)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="est", charset="UTF-8"'


@pytest.mark.parametrize("form", ["Basic {}!", "Basic !{}", "Basic {}=", "Basic", "{}"])
async def test_credentials_in_another_form_are_none(form: str, tmp_path: Path) -> None:
    """What isn't base64 to the last character is no password, whatever a lenient reader would make of it."""
    world = await World.new()
    said = form.format(base64.b64encode(f"device:{PASSWORD}".encode()).decode())
    answer = await world.enrol(WELL_KNOWN, device(tmp_path), basic="", headers={"authorization": said})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


async def test_a_login_that_failed_says_so_and_no_more(tmp_path: Path) -> None:
    """The same for a name that there isn't."""
    world = await World.new()
    for basic in ("device:wrong", "nobody:x"):
        assert "the login failed" in str((await world.enrol(WELL_KNOWN, device(tmp_path), basic=basic)).error)


async def test_failed_logins_lock_the_user_out(tmp_path: Path) -> None:
    """They count as those at the auth mount do, and the right password doesn't help afterwards, here or there."""
    world = await World.new()
    csr = device(tmp_path)
    for _ in range(5):
        assert (await world.enrol(WELL_KNOWN, csr, basic="device:wrong")).status == 401
    assert (await world.enrol(WELL_KNOWN, csr)).status == 401
    assert (await world.node.ask("POST", "auth/est-pass/login/device", {"password": PASSWORD}, "")).status == 403


async def test_a_disabled_auth_mount_lets_nobody_in(tmp_path: Path) -> None:
    """Its accessor names nothing any more."""
    world = await World.new()
    await world.node.ok("DELETE", "sys/auth/est-pass")
    assert (await world.enrol(WELL_KNOWN, device(tmp_path))).status == 403


async def test_no_token_is_left_of_a_login(tmp_path: Path) -> None:
    """An enrolment writes its certificate, and neither a token nor a lease."""
    world = await World.new()
    before = (await world.node.ok("LIST", "auth/token/accessors")).data["keys"]
    assert (await world.enrol(WELL_KNOWN, device(tmp_path))).status == 200
    assert (await world.node.ok("LIST", "auth/token/accessors")).data["keys"] == before


async def test_a_certificate_is_that_of_its_role(tmp_path: Path) -> None:
    """Who may revoke or list what a role has issued finds it among them."""
    world = await World.new()
    issued = certificates(await world.enrol(WELL_KNOWN, device(tmp_path)))
    found = await world.node.ok("LIST", "pki/certs/detailed?role=web")
    assert [each["common_name"] for each in found.data["key_info"].values()] == ["d1.example.com"]
    await world.node.ok("POST", "pki/roles/web/revoke", {"certificate": issued})


async def test_a_login_is_no_way_around_policies(tmp_path: Path) -> None:
    """Who is logged in may do what the policies say, at the path that they name, and nothing else."""
    world = await World.new('path "pki/est/simpleenroll" { capabilities = ["update"] }')
    csr = device(tmp_path)
    assert (await world.enrol("/v1/pki/est/simpleenroll", csr)).status == 200
    assert (await world.enrol("/v1/pki/roles/web/est/simpleenroll", csr)).status == 403
    # By a role, the well-known path is that of the role.
    assert (await world.enrol(WELL_KNOWN, csr)).status == 403
    assert (await world.enrol("/v1/pki/est/serverkeygen", csr)).status == 403
    assert (await world.ask("POST", "/v1/pki/sign/web", csr.encode())).status == 403


async def test_a_mount_delegates_to_what_its_tuning_names(tmp_path: Path) -> None:
    """Who writes `config/est` can't have passwords tried at any auth mount, and is told what is missing."""
    world = await World.new()
    await world.node.ok("POST", "sys/mounts/pki/tune", {"delegated_auth_accessors": [world.accessors["cert"]]})
    answer = await world.configure()
    password, certificate = (f"-delegated-auth-accessors={world.accessors[name]}" for name in ("pass", "cert"))
    assert f"tune {certificate} {password} pki" in answer.body["warnings"][0]
    assert (await world.enrol(WELL_KNOWN, device(tmp_path))).status == 403
    # One command for both, because each tuning replaces the list.
    await world.node.ok("POST", "sys/mounts/pki/tune", {"delegated_auth_accessors": []})
    (warning,) = (await world.configure()).body["warnings"]
    assert f"tune {certificate} {password} pki" in warning


async def test_accessors_are_those_of_the_right_kind(tmp_path: Path) -> None:
    """A mount of another type isn't asked, in whichever place it is named."""
    world = await World.new()
    swapped = {"userpass": {"accessor": world.accessors["cert"]}, "cert": {"accessor": world.accessors["pass"]}}
    await world.configure(authenticators=swapped)
    first = certificates(await _enrolled_by_token(world, tmp_path))
    assert (await world.enrol(WELL_KNOWN, device(tmp_path))).status == 403
    assert (await world.enrol(WELL_KNOWN, device(tmp_path), basic="", shown=first)).status == 403


async def _enrolled_by_token(world: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    return await world.enrol(WELL_KNOWN, device(tmp_path), basic="", headers={"x-vault-token": world.node.root})


async def test_a_token_does_without_a_login(tmp_path: Path) -> None:
    """Who has a token of the server may use it."""
    world = await World.new(authenticators={})
    assert "DNS:d1" in text(certificates(await _enrolled_by_token(world, tmp_path)))
    assert (await world.enrol(WELL_KNOWN, device(tmp_path))).status == 403


async def test_a_certificate_enrols_and_renews(tmp_path: Path) -> None:
    """By its certificate, a device enrols anew, and renews with another key, for the same names or fewer."""
    world = await World.new()
    first = certificates(await world.enrol(WELL_KNOWN, device(tmp_path)))
    shown = {"basic": "", "shown": first}
    assert (await world.enrol(WELL_KNOWN, device(tmp_path, "d2.example.com"), **shown)).status == 200
    renew = "/.well-known/est/simplereenroll"
    again = certificates(await world.enrol(renew, device(tmp_path), **shown))
    assert "DNS:d1.example.com" in text(again)
    assert (await world.enrol(renew, request_for(tmp_path, "CN=d1.example.com"), **shown)).status == 200
    for other in (
        device(tmp_path, "d2.example.com"),
        request_for(tmp_path, "CN=d1.example.com", "subjectAltName = DNS:d1.example.com,DNS:d2.example.com"),
        request_for(tmp_path, "CN=d1.example.com\nO=x", "subjectAltName = DNS:d1.example.com"),
    ):
        answer = await world.enrol(renew, other, **shown)
        assert (answer.status, "keeps the subject" in answer.error) == (400, True)


def self_made(name: str, issuer: str, now: float) -> str:
    """A certificate of a name, as if by an issuer, that is signed by its own key and valid now."""
    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.fromtimestamp(now, datetime.UTC)
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
        key.public_key(),
        x509.random_serial_number(),
        at - datetime.timedelta(hours=1),
        at + datetime.timedelta(hours=1),
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


async def test_a_password_renews_nothing(tmp_path: Path) -> None:
    """Without the certificate, or with one that somebody else has made, there is nothing to renew."""
    world = await World.new()
    renew, csr = "/.well-known/est/simplereenroll", device(tmp_path)
    assert (await world.enrol(renew, csr)).status == 400
    for issuer in ("d1.example.com", "Root"):
        posing = self_made("d1.example.com", issuer, world.node.clock.now())
        answer = await world.enrol(renew, csr, shown=posing)
        assert (answer.status, "issued elsewhere" in answer.error) == (403, True), answer


async def test_what_counts_no_more_renews_nothing(tmp_path: Path) -> None:
    """A revoked certificate, or one that has expired, is no reason for another one."""
    world = await World.new()
    renew, csr = "/.well-known/est/simplereenroll", device(tmp_path)
    first = certificates(await world.enrol(WELL_KNOWN, csr))
    second = certificates(await world.enrol(WELL_KNOWN, csr))
    await world.node.ok("POST", "pki/revoke", {"certificate": first})
    assert "is revoked" in (await world.enrol(renew, csr, shown=first)).error
    assert (await world.enrol(renew, csr, shown=second)).status == 200
    world.node.clock.advance(25 * 3600)
    answer = await world.enrol(renew, csr, shown=second)
    assert (answer.status, "expired" in answer.error) == (403, True), answer


async def test_the_password_counts_before_the_certificate(tmp_path: Path) -> None:
    """A client that sends both is logged in by the password, wrong or right."""
    world = await World.new()
    first = certificates(await world.enrol(WELL_KNOWN, device(tmp_path)))
    assert (await world.enrol(WELL_KNOWN, device(tmp_path), basic="device:wrong", shown=first)).status == 401


async def test_the_server_makes_keys(tmp_path: Path) -> None:
    """Key and certificate come in two parts and belong together; the key of the request isn't used."""
    world = await World.new()
    answer = await world.enrol("/.well-known/est/serverkeygen", device(tmp_path))
    (key_type, key), (type_, found) = parts(answer)
    assert (answer.status, key_type, type_) == (200, "application/pkcs8", "application/pkcs7-mime")
    (tmp_path / "made.der").write_bytes(key)
    public = openssl("pkey", "-inform", "der", "-in", str(tmp_path / "made.der"), "-pubout")
    assert public == openssl("x509", "-noout", "-pubkey", given=unpacked(base64.b64encode(found)))
    assert public != openssl("req", "-noout", "-pubkey", given=device(tmp_path))


@pytest.mark.parametrize(
    ("address", "proxied", "status"),
    [
        ("192.0.2.7", {}, 400),
        ("2001:db8::7", {}, 400),
        ("::ffff:192.0.2.7", {}, 400),
        ("127.0.0.9", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("", {}, 200),
        ("192.0.2.7", {"announced": True}, 200),
        ("192.0.2.7", {"proxy": "10.0.0.9", "forwarded_certificates": ()}, 200),
        ("192.0.2.7", {"forwarded_certificates": ()}, 200),
    ],
)
async def test_a_key_crosses_no_network_without_tls(
    address: str, proxied: dict[str, Any], status: int, tmp_path: Path
) -> None:
    """A client of this machine gets one, and one behind a proxy that may speak for it.  Nothing else needs TLS."""
    world = await World.new()
    peer = Peer(address=address, port=1, listener="x", **proxied)
    answer = await world.enrol("/.well-known/est/serverkeygen", device(tmp_path), peer=peer)
    assert answer.status == status, answer
    if status == 400:
        assert "isn't sent without TLS" in answer.error
    assert (await world.enrol(WELL_KNOWN, device(tmp_path), peer=peer)).status == 200


async def test_a_key_is_not_sent_in_clear_to_who_wants_it_encrypted(tmp_path: Path) -> None:
    """A request that asks for an encrypted key is refused."""
    world = await World.new()
    csr = request_for(tmp_path, "CN=d1.example.com", "1.2.840.113549.1.9.15 = DER:30:00")
    answer = await world.enrol("/.well-known/est/serverkeygen", csr)
    assert (answer.status, "encrypted" in answer.error) == (400, True)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ({"key_type": "ec", "key_bits": 384}, ["id-ecPublicKey", "secp384r1"]),
        ({"key_type": "rsa", "key_bits": 3072}, ["rsaEncryption", ":0C00"]),
        ({"key_type": "ed25519"}, ["ED25519"]),
    ],
)
async def test_the_kind_of_key_is_told(role: dict[str, object], shown: list[str], tmp_path: Path) -> None:
    """A device learns before it asks what key the role wants."""
    world = await World.new()
    await world.node.ok("POST", "pki/roles/web", {"allow_any_name": True, **role})
    answer = await world.ask("GET", "/.well-known/est/csrattrs", basic="")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/csrattrs")
    (tmp_path / "attributes.der").write_bytes(base64.b64decode(answer.body))
    found = openssl("asn1parse", "-inform", "der", "-in", str(tmp_path / "attributes.der"))
    assert [each for each in shown if each not in found] == []


async def test_without_a_role_there_is_nothing_to_tell() -> None:
    """Any key will do."""
    world = await World.new(default_path_policy="sign-verbatim")
    assert (await world.ask("GET", "/.well-known/est/csrattrs", basic="")).status == 204


async def test_without_a_role_nobody_becomes_a_responder(tmp_path: Path) -> None:
    """What a certificate request says is taken, but not that its owner answers OCSP for the issuer."""
    world = await World.new(default_path_policy="sign-verbatim")
    answers = [
        await world.enrol("/v1/pki/est/simpleenroll", request_for(tmp_path, "CN=d1", f"extendedKeyUsage = {usages}"))
        for usages in ("OCSPSigning", "OCSPSigning, clientAuth")
    ]
    assert (answers[0].status, "OCSPSigning" in answers[0].error) == (400, True)
    shown = text(certificates(answers[1]))
    assert ("Client Authentication" in shown, "OCSP Signing" in shown) == (True, False)


async def test_secrets_do_not_get_into_the_audit_log(tmp_path: Path) -> None:
    """Neither the password nor a key that was made; both requests, login and enrolment, are there."""
    world = await World.new()
    await world.node.audited()
    answer = await world.enrol("/.well-known/est/serverkeygen", device(tmp_path))
    key = base64.b64encode(parts(answer)[0][1])
    lines = b"".join(world.node.recorder.lines)
    for secret in (PASSWORD.encode(), base64.b64encode(f"device:{PASSWORD}".encode()), key[40:90]):
        assert secret not in lines
    asked = [entry["request"]["path"] for entry in world.node.recorder.entries if entry["type"] == "request"]
    assert asked[-2:] == ["auth/est-pass/login/device", "pki/roles/web/est/serverkeygen"]


@pytest.mark.parametrize("operation", ["simpleenroll", "serverkeygen"])
async def test_what_has_to_be_wrapped_is_never_sent_in_the_clear(operation: str, tmp_path: Path) -> None:
    """A policy that wants wrapping has answers without an envelope wrapped too, keys above all."""
    policy = 'path "pki/roles/web/est/*" { capabilities = ["update"] min_wrapping_ttl = "1s" max_wrapping_ttl = "90s" }'
    world = await World.new(policy)
    path, csr = f"/v1/pki/roles/web/est/{operation}", device(tmp_path)
    assert (await world.enrol(path, csr)).status == 403
    wrapped = await world.enrol(path, csr, headers={"x-vault-wrap-ttl": "60"})
    assert wrapped.body.keys() >= {"wrap_info"}
    opened = await world.node.ask("POST", "sys/wrapping/unwrap", token=wrapped.body["wrap_info"]["token"])
    type_ = {"simpleenroll": "application/pkcs7-mime", "serverkeygen": "multipart/mixed"}[operation]
    assert opened.headers["Content-Type"].startswith(type_)


@pytest.mark.parametrize("path", [WELL_KNOWN, "/.well-known/est/lab/simpleenroll"])
async def test_names_beyond_the_constraints_of_the_issuer(path: str, tmp_path: Path) -> None:
    """A device gets no certificate for a name that the issuer's certificate doesn't permit, with or without a role."""
    world = await World.new(label_to_path_policy={"lab": "sign-verbatim"})
    root = {"common_name": "Narrow", "key_type": "ec", "ttl": "700h", "permitted_dns_domains": "d2.example.com"}
    await world.node.ok("POST", "pki/root/rotate/internal", root)
    await world.node.ok("POST", "pki/root/replace", {"default": "next"})
    refused = await world.enrol(path, device(tmp_path))
    assert refused.status == 400
    assert '"d1.example.com" lies outside' in str(refused.body)
    assert (await world.enrol(path, device(tmp_path, "d2.example.com"))).status == 200
