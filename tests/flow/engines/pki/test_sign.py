"""Signing certificate requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.mounts import Authority, openssl, verified
from tests.flow.engines.pki.requests import EC, broken, request_for
from tests.flow.engines.pki.stored import keep_role

_ALL = """\
subjectAltName = DNS:a.example.com, IP:1.2.3.4, email:me@example.com, URI:spiffe://a/b, otherName:1.2.3;UTF8:x
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign
extendedKeyUsage = codeSigning
1.2.3.4 = ASN1:UTF8String:hi
"""
_ANY = RoleRecord(allow_any_name=True, key_type="any", allowed_uri_sans=("*",), allowed_other_sans=("*",))


def _text(certificate: str) -> str:
    return openssl("x509", "-noout", "-text", given=certificate)


async def test_a_signed_request_verifies(tmp_path: Path) -> None:
    """The certificate is for the key of the request, and has its names."""
    authority = await Authority.new()
    await keep_role(authority, "any", _ANY)
    request = request_for(tmp_path, extensions="subjectAltName = DNS:a.example.com")
    signed = await authority.write("sign/any", csr=request)

    assert verified(tmp_path, signed["certificate"], signed["issuing_ca"]).endswith("OK\n")
    assert openssl("x509", "-noout", "-pubkey", given=signed["certificate"]) == openssl(
        "req", "-noout", "-pubkey", given=request
    )
    assert "private_key" not in signed
    assert "DNS:a.example.com" in _text(signed["certificate"])


async def test_extensions_of_a_request_are_not_taken_over(tmp_path: Path) -> None:
    """By a role, only names are taken; no authority is made by asking for one, and the client is told."""
    authority = await Authority.new()
    await keep_role(authority, "any", _ANY)
    answer = await authority.answer("sign/any", csr=request_for(tmp_path, extensions=_ALL))
    assert answer.data is not None
    text = _text(answer.data["certificate"])

    assert answer.warnings == ["specified CSR contained a Basic Constraints extension that was ignored during issuance"]
    assert "CA:TRUE" not in text
    assert "Certificate Sign" not in text
    assert "Code Signing" not in text
    assert "1.2.3.4:" not in text
    for name in ("DNS:a.example.com", "IP Address:1.2.3.4", "email:me@example.com", "URI:spiffe://a/b", "1.2.3::x"):
        assert name in text


@pytest.mark.parametrize("path", ["sign/any", "sign-verbatim"])
async def test_a_broken_signature_is_refused(tmp_path: Path, path: str) -> None:
    """Nobody gets a certificate for the key of another."""
    authority = await Authority.new()
    await keep_role(authority, "any", _ANY)
    with pytest.raises(InvalidRequest, match="request signature invalid"):
        await authority.write(path, csr=broken(request_for(tmp_path)))


async def test_names_that_no_rule_can_judge_are_refused(tmp_path: Path) -> None:
    """A name of a kind that roles don't know isn't dropped silently."""
    authority = await Authority.new()
    await keep_role(authority, "any", _ANY)
    with pytest.raises(InvalidRequest, match="registered id among its alternative names"):
        await authority.write("sign/any", csr=request_for(tmp_path, extensions="subjectAltName = RID:1.2.3"))


@pytest.mark.parametrize(
    ("key", "role", "text"),
    [
        (("-newkey", "rsa:1024"), "rsa", "minimum of a 2048-bit key"),
        (("-newkey", "ed25519"), "rsa", "requires keys of type rsa"),
        (("-newkey", "rsa:1024"), "any", "RSA keys < 2048 bits"),
    ],
)
async def test_a_key_that_the_role_does_not_allow_is_refused(
    tmp_path: Path, key: tuple[str, ...], role: str, text: str
) -> None:
    """By its type, or because it is too short."""
    authority = await Authority.new()
    await keep_role(authority, "keys", RoleRecord(allow_any_name=True, key_type=role, key_bits=2048))
    with pytest.raises(InvalidRequest, match=text):
        await authority.write("sign/keys", csr=request_for(tmp_path, key=key))


async def test_verbatim_says_what_the_request_says(tmp_path: Path) -> None:
    """Subject, names, usages and unknown extensions, but never that it is an authority's."""
    authority = await Authority.new()
    request = request_for(tmp_path, subject="CN = www.example.com\nO = Org\nserialNumber = 77", extensions=_ALL)
    answer = await authority.answer("sign-verbatim", csr=request, common_name="other", alt_names="q.r")
    assert answer.data is not None
    text = _text(answer.data["certificate"])

    assert "Subject: CN = www.example.com, O = Org, serialNumber = 77" in text
    assert "CA:TRUE" not in text
    assert "Certificate Sign" not in text
    for part in ("Digital Signature", "Code Signing", "1.2.3.4:", "DNS:a.example.com", "URI:spiffe://a/b"):
        assert part in text
    assert answer.warnings == [
        'the common_name field was provided but the role is set with "use_csr_common_name" set to true',
        'the alt_names field was provided but the role is set with "use_csr_sans" set to true',
        "specified CSR contained a Basic Constraints extension that was ignored during issuance",
        "the key usage CertSign is for authorities alone, and was left out",
    ]


@pytest.mark.parametrize(("subject", "critical"), [("/", " critical"), ("/CN=a.example.com", "")])
async def test_verbatim_marks_names_as_critical_where_there_is_no_subject(
    subject: str, critical: str, tmp_path: Path
) -> None:
    """As RFC 5280 demands; some clients refuse such a certificate otherwise."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions="subjectAltName = DNS:a.example.com", key=(*EC, "-subj", subject))
    certificate = (await authority.write("sign-verbatim", csr=request))["certificate"]
    assert f"X509v3 Subject Alternative Name:{critical}\n" in _text(certificate).replace(": \n", ":\n")


@pytest.mark.parametrize("key_usage", ["keyCertSign, digitalSignature", ""])
async def test_verbatim_makes_no_authority(key_usage: str, tmp_path: Path) -> None:
    """Neither by the request nor by a parameter: some clients go by the key usage alone.  The rest of it stays."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions=key_usage and f"keyUsage = critical, {key_usage}")
    answer = await authority.answer("sign-verbatim", csr=request, key_usage="CertSign,CRLSign")
    assert answer.data is not None
    text = _text(answer.data["certificate"])
    assert "Certificate Sign" not in text
    assert ("CRL Sign" in text) == (not key_usage)
    assert ("Digital Signature" in text) == ("digitalSignature" in key_usage)
    assert "Key Usage: critical" in text
    assert any("CertSign" in each for each in answer.warnings)


@pytest.mark.parametrize(("requested", "parameter"), [("keyCertSign", "DigitalSignature"), ("", "CertSign")])
async def test_verbatim_does_not_free_the_key_of_an_authority_from_all_limits(
    requested: str, parameter: str, tmp_path: Path
) -> None:
    """A certificate without the extension may be used for anything, also as an authority's by some clients."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions=requested and f"keyUsage = critical, {requested}")
    with pytest.raises(InvalidRequest, match="the only key usage is CertSign"):
        await authority.write("sign-verbatim", csr=request, key_usage=parameter)


@pytest.mark.parametrize(
    ("type_", "kept"),
    [
        ("sslCA", False),
        ("client, objCA", False),
        ("DER:03:03:00:04:00", False),
        ("DER:03:81:02:00:04", False),
        ("DER:03", False),
        ("client, server", True),
    ],
)
async def test_verbatim_makes_no_authority_by_the_type_of_netscape(type_: str, kept: bool, tmp_path: Path) -> None:
    """OpenSSL before 3.0 takes a certificate for an authority's that has neither constraints nor usages but this."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions=f"nsCertType = {type_}")
    answer = await authority.answer("sign-verbatim", csr=request, key_usage="")
    assert answer.data is not None
    assert ("Netscape Cert Type" in _text(answer.data["certificate"])) == kept
    assert any("Netscape" in each for each in answer.warnings) != kept


_RESPONDERS = "1.3.6.1.5.5.7.3.9"


@pytest.mark.parametrize(
    ("asked", "given", "left"),
    [
        ("OCSPSigning, codeSigning", {}, "Code Signing"),
        (f"{_RESPONDERS}, 1.2.3", {}, "1.2.3"),
        ("", {"ext_key_usage": "OCSPSigning,CodeSigning"}, "Code Signing"),
        ("", {"ext_key_usage_oids": f"{_RESPONDERS},1.2.3"}, "1.2.3"),
        ("OCSPSigning", {}, ""),
        ("", {"ext_key_usage": "OCSPSigning"}, ""),
        ("", {"ext_key_usage_oids": _RESPONDERS}, ""),
    ],
)
async def test_verbatim_makes_no_responder(asked: str, given: dict[str, str], left: str, tmp_path: Path) -> None:
    """Who is one could call revoked certificates good.  A role that has the usage makes one, however it names it."""
    authority = await Authority.new()
    await keep_role(authority, "any", RoleRecord(ttl_s=60))
    await keep_role(authority, "named", RoleRecord(ttl_s=60, ext_key_usage=("OCSPSigning",)))
    await keep_role(authority, "oid", RoleRecord(ttl_s=60, ext_key_usage_oids=(_RESPONDERS,)))
    request = request_for(tmp_path, extensions=asked and f"extendedKeyUsage = {asked}")
    for path in ("sign-verbatim", "sign-verbatim/any"):
        if not left:
            with pytest.raises(InvalidRequest, match="responders alone, and nothing else is wanted"):
                await authority.write(path, csr=request, **given)
            continue
        answer = await authority.answer(path, csr=request, **given)
        assert answer.data is not None
        assert _purposes(answer.data["certificate"]) == [left]
        assert ["OCSPSigning" in each for each in answer.warnings] == [True]
    for path in ("sign-verbatim/named", "sign-verbatim/oid"):
        answer = await authority.answer(path, csr=request, **given)
        assert answer.data is not None
        assert sorted(_purposes(answer.data["certificate"])) == sorted([*([left] if left else []), "OCSP Signing"])
        assert answer.warnings == []


def _purposes(certificate: str) -> list[str]:
    """The extended key usages of a certificate, as OpenSSL names them."""
    return _text(certificate).partition("Extended Key Usage: ")[2].splitlines()[1].strip().split(", ")


async def test_verbatim_takes_usages_from_parameters_where_the_request_has_none(tmp_path: Path) -> None:
    """And only there; an empty list leaves the extension out."""
    authority = await Authority.new()
    request = request_for(tmp_path)
    usual = await authority.write("sign-verbatim", csr=request)
    assert "Digital Signature, Key Agreement" in _text(usual["certificate"])
    chosen = await authority.write(
        "sign-verbatim", csr=request, key_usage="CRLSign", ext_key_usage="CodeSigning", ext_key_usage_oids="1.2.3"
    )
    assert "CRL Sign" in _text(chosen["certificate"])
    assert "Code Signing, 1.2.3" in _text(chosen["certificate"])
    none = await authority.write("sign-verbatim", csr=request, key_usage="")
    assert "Key Usage" not in _text(none["certificate"])


async def test_verbatim_by_a_named_issuer(tmp_path: Path) -> None:
    """The parameter counts as the path does."""
    authority = await Authority.new()
    await authority.write("root/generate/internal", common_name="Second", key_type="ec", issuer_name="second")
    request = request_for(tmp_path)
    for path, given, signed_by in (
        ("sign-verbatim", {"issuer_ref": "second"}, "Second"),
        ("sign-verbatim", {}, "Root"),
        ("issuer/second/sign-verbatim", {}, "Second"),
    ):
        made = await authority.write(path, csr=request, **given)
        assert f"Issuer: CN = {signed_by}" in _text(made["certificate"])
    with pytest.raises(InvalidRequest, match="unable to find PKI issuer for reference: third"):
        await authority.write("sign-verbatim", csr=request, issuer_ref="third")


async def test_verbatim_can_say_that_it_is_no_authority(tmp_path: Path) -> None:
    """The request's own claim is replaced, critical, and without a warning if both say the same."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions="basicConstraints = CA:FALSE")
    answer = await authority.answer("sign-verbatim", csr=request, basic_constraints_valid_for_non_ca=True)
    assert answer.data is not None
    assert "X509v3 Basic Constraints: critical\n                CA:FALSE" in _text(answer.data["certificate"])
    assert answer.warnings == []


async def test_verbatim_never_takes_whose_signature_it_is(tmp_path: Path) -> None:
    """The authority key identifier is the issuer's, whatever the request says."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions="2.5.29.35 = DER:30:06:80:04:01:02:03:04")
    answer = await authority.answer("sign-verbatim", csr=request)
    assert answer.data is not None
    assert "Authority Key Identifier" in answer.warnings[0]
    assert verified(tmp_path, answer.data["certificate"], answer.data["issuing_ca"]).endswith("OK\n")
    assert "01:02:03:04\n" not in _text(answer.data["certificate"])


@pytest.mark.parametrize(
    ("extensions", "text"),
    [
        ("extendedKeyUsage = codeSigning", "ext_key_usage that the parameters don't allow"),
        ("keyUsage = keyCertSign", "key_usage that the parameters don't allow: key_cert_sign"),
        ("1.2.3.4 = ASN1:UTF8String:hi", "restrict_csr_extensions doesn't allow: 1.2.3.4"),
    ],
)
async def test_parameters_of_verbatim_can_be_limits(tmp_path: Path, extensions: str, text: str) -> None:
    """A request with more than the parameters name is refused."""
    authority = await Authority.new()
    request = request_for(tmp_path, extensions=extensions)
    with pytest.raises(InvalidRequest, match=text):
        await authority.write("sign-verbatim", csr=request, restrict_csr_extensions=True, ext_key_usage="ServerAuth")
    await keep_role(authority, "strict", RoleRecord(restrict_csr_extensions=True))
    with pytest.raises(InvalidRequest, match=text):
        await authority.write("sign-verbatim/strict", csr=request)


async def test_verbatim_by_a_role_keeps_its_times(tmp_path: Path) -> None:
    """The role says how long; its usages and key type don't matter."""
    authority = await Authority.new()
    await keep_role(authority, "short", RoleRecord(ttl_s=3600, max_ttl_s=7200, key_type="rsa", key_usage=("CRLSign",)))
    answer = await authority.answer("sign-verbatim/short", csr=request_for(tmp_path), ttl="5h")
    assert answer.data is not None
    assert answer.data["expiration"] - answer.data["not_before"] == 7200 + 30
    assert answer.warnings == ['TTL "5h0m0s" is longer than permitted maxTTL "2h0m0s", so maxTTL is being used']
    assert "CRL Sign" not in _text(answer.data["certificate"])
