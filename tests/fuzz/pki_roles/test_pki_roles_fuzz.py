"""What a role forbids is never in a certificate: random requests and roles, read by another library."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ipaddress
import re
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.der import decoder
from pyasn1.type import univ
from pyasn1_modules import rfc2459, rfc5280

from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.mounts import Authority
from tests.flow.engines.pki.stored import keep_role
from tests.fuzz.effort import examples

_KEY = ec.generate_private_key(ec.SECP256R1())
_DOMAIN = "example.com"
_HOSTS = (
    "example.com",
    "www.example.com",
    "a.b.example.com",
    "*.example.com",
    "*.www.example.com",
    "b*z.example.com",
    "notexample.com",
    "example.com.evil.org",
    "evil.org",
    "localhost",
    "EXAMPLE.com",
    "x_y.example.com",
    "10.1.2.3",
    "xn--bcher-kva.example.com",
)
_EMAILS = ("me@example.com", "me@www.example.com", "me@evil.org", "me@example.com@evil.org")
_IPS = ("10.1.2.3", "192.0.2.1", "2001:db8::1", "::ffff:10.1.2.3")
_URIS = ("spiffe://a/b", "https://evil.org/", "urn:x")
_OTHERS = (("1.2.3", "ok"), ("1.2.3", "no"), ("1.2.4", "ok"))
_CA, _SIGNS, _CODE = "2.5.29.19", "2.5.29.15", "2.5.29.37"


@st.composite
def _requests(draw: st.DrawFn) -> str:
    """A certificate request with names, and with extensions that no role takes."""
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in draw(st.lists(st.sampled_from(_HOSTS), max_size=3))]
    names += [
        x509.RFC822Name._init_without_validation(each) for each in draw(st.lists(st.sampled_from(_EMAILS), max_size=2))
    ]
    names += [x509.IPAddress(ipaddress.ip_address(each)) for each in draw(st.lists(st.sampled_from(_IPS), max_size=2))]
    names += [x509.UniformResourceIdentifier(each) for each in draw(st.lists(st.sampled_from(_URIS), max_size=1))]
    names += [
        x509.OtherName(x509.ObjectIdentifier(oid), b"\x0c" + bytes((len(text),)) + text.encode())
        for oid, text in draw(st.lists(st.sampled_from(_OTHERS), max_size=1))
    ]
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, draw(st.sampled_from((*_HOSTS, *_EMAILS))))]
    if draw(st.booleans()):
        subject.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Somebody Else"))
    if draw(st.booleans()):
        subject.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, draw(st.sampled_from(("5", "66")))))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if draw(st.booleans()):
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if draw(st.booleans()):
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        more = {"crl_sign": True, "encipher_only": False, "decipher_only": False}
        builder = builder.add_extension(x509.KeyUsage(**usage, key_cert_sign=True, **more), critical=True)
    if draw(st.booleans()):
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.3")]), critical=False
        )
    if draw(st.booleans()):
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), critical=False
        )
    return builder.sign(_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


_ROLES = st.builds(
    RoleRecord,
    allowed_domains=st.just((_DOMAIN,)),
    allow_bare_domains=st.booleans(),
    allow_subdomains=st.booleans(),
    allow_localhost=st.booleans(),
    allow_wildcard_certificates=st.booleans(),
    allow_ip_sans=st.booleans(),
    allowed_ip_sans_cidr=st.sampled_from(((), ("10.0.0.0/8",))),
    allowed_uri_sans=st.sampled_from(((), ("spiffe://a/*",))),
    allowed_other_sans=st.sampled_from(((), ("1.2.3;UTF8:ok",))),
    allowed_serial_numbers=st.sampled_from(((), ("5*",))),
    use_csr_common_name=st.booleans(),
    use_csr_sans=st.booleans(),
    require_cn=st.booleans(),
    key_type=st.just("any"),
    ttl_s=st.just(3600),
    basic_constraints_valid_for_non_ca=st.booleans(),
    key_usage=st.sampled_from(((), ("DigitalSignature",))),
)


class Read:
    """A certificate as another library reads it."""

    def __init__(self, pem: str) -> None:
        body = "".join(line for line in pem.splitlines() if not line.startswith("-"))
        certificate, rest = decoder.decode(base64.b64decode(body), asn1Spec=rfc5280.Certificate())
        assert not rest
        tbs = certificate["tbsCertificate"]
        self.subject = {str(each[0]["type"]): _text(bytes(each[0]["value"])) for each in tbs["subject"]["rdnSequence"]}
        self.extensions = {str(each["extnID"]): bytes(each["extnValue"]) for each in tbs["extensions"]}
        self.names: dict[str, list[Any]] = {}
        if rfc5280.id_ce_subjectAltName.prettyPrint() in self.extensions:
            names, _ = decoder.decode(self.extensions["2.5.29.17"], asn1Spec=rfc2459.SubjectAltName())
            for name in names:
                self.names.setdefault(name.getName(), []).append(name.getComponent())


def _text(value: bytes) -> str:
    return str(decoder.decode(value)[0])


def _host_allowed(role: RoleRecord, host: str) -> bool:
    """The rule in the plainest words."""
    name = host.lower()
    if re.fullmatch(r"[0-9.]+", name):
        # An address as a common name is judged as one.
        return role.allow_ip_sans and bool(role.allowed_ip_sans_cidr) and name.startswith("10.")
    if "*" in name and not role.allow_wildcard_certificates:
        return False
    if name in ("localhost", "localdomain"):
        return role.allow_localhost
    return (name == _DOMAIN and role.allow_bare_domains) or (name.endswith("." + _DOMAIN) and role.allow_subdomains)


def _check(role: RoleRecord, read: Read) -> None:
    subject = dict(read.subject)
    common_name = subject.pop("2.5.4.3", "")
    serial_number = subject.pop("2.5.4.5", "")
    assert not subject, "nothing else of the request's subject is taken"
    assert not serial_number or (role.allowed_serial_numbers and serial_number.startswith("5"))
    hosts = [str(each) for each in read.names.pop("dNSName", [])]
    emails = [str(each) for each in read.names.pop("rfc822Name", [])]
    for name in (*hosts, *emails, *filter(None, [common_name])):
        assert _host_allowed(role, name.rpartition("@")[2]), name
        assert name.count("@") <= 1
    for address in read.names.pop("iPAddress", []):
        assert role.allow_ip_sans
        ip = ipaddress.ip_address(bytes(address))
        mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        assert not role.allowed_ip_sans_cidr or (mapped or ip) in ipaddress.ip_network("10.0.0.0/8")
    for uri in read.names.pop("uniformResourceIdentifier", []):
        assert role.allowed_uri_sans and str(uri).startswith("spiffe://a/")
    for other in read.names.pop("otherName", []):
        assert role.allowed_other_sans and str(other["type-id"]) == "1.2.3"
        value, _ = decoder.decode(bytes(other["value"]))
        assert str(value) == "ok"
    assert not read.names, "no name of another kind"
    assert "1.2.3.4" not in read.extensions
    if _CA in read.extensions:
        constraints, _ = decoder.decode(read.extensions[_CA], asn1Spec=rfc5280.BasicConstraints())
        assert role.basic_constraints_valid_for_non_ca and not bool(constraints["cA"])
    bits = decoder.decode(read.extensions[_SIGNS], asn1Spec=univ.BitString())[0] if _SIGNS in read.extensions else ()
    assert tuple(bits) in ((), (1,))
    assert bool(tuple(bits)) == bool(role.key_usage)
    purposes, _ = decoder.decode(read.extensions[_CODE], asn1Spec=rfc5280.ExtKeyUsageSyntax())
    assert {str(each) for each in purposes} == {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}


@given(_ROLES, _requests(), st.sampled_from(("", *_HOSTS)), st.lists(st.sampled_from((*_HOSTS, *_EMAILS)), max_size=2))
@settings(max_examples=examples(150), deadline=None)
def test_what_a_role_forbids_is_never_in_a_certificate(
    role: RoleRecord, csr: str, common_name: str, alt_names: list[str]
) -> None:
    """Names, subject, usages, constraints and extensions are within the role, whatever the client asks for."""

    async def signed() -> str:
        authority = await Authority.new()
        await keep_role(authority, "r", role)
        fields = {"csr": csr, "common_name": common_name, "alt_names": ",".join(alt_names)}
        return str((await authority.write("sign/r", **fields))["certificate"])

    with contextlib.suppress(InvalidRequest):
        _check(role, Read(asyncio.run(signed())))


@given(_ROLES, st.sampled_from((*_HOSTS, *_EMAILS)), st.lists(st.sampled_from((*_HOSTS, *_EMAILS)), max_size=3))
@settings(max_examples=examples(100), deadline=None)
def test_what_a_role_forbids_is_never_issued(role: RoleRecord, common_name: str, alt_names: list[str]) -> None:
    """The same for keys that are made here."""

    async def issued() -> str:
        authority = await Authority.new()
        await keep_role(authority, "r", role)
        fields = {"common_name": common_name, "alt_names": ",".join(alt_names), "key_type": "ec"}
        return str((await authority.write("issue/r", **fields))["certificate"])

    with contextlib.suppress(InvalidRequest):
        _check(role, Read(asyncio.run(issued())))
