"""Roles that are programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.mounts import Authority, openssl, verified
from tests.flow.engines.pki.requests import request_for

_ASKED = {"common_name": "a.com", "key_type": "ec", "ttl": "1h"}


async def _role(expression: str, **variables: str) -> Authority:
    authority = await Authority.new()
    listed = [{"name": name, "expression": text} for name, text in variables.items()]
    await authority.write("cel/roles/c", cel_program={"expression": expression, "variables": listed})
    return authority


def _template(fields: str, more: str = "") -> str:
    return f"ValidationOutput{{template: CertTemplate{{{fields}}}{more}}}"


async def test_a_program_is_kept_and_shown() -> None:
    """As it was written; a patch changes what it names."""
    authority = await _role('ok ? "yes" : "no"', ok="request.common_name == 'a.com'")
    shown = await authority.read("cel/roles/c")
    assert shown["cel_program"]["variables"] == [{"name": "ok", "expression": "request.common_name == 'a.com'"}]
    await authority.mount.ask(Operation.PATCH, "cel/roles/c", {"cel_program": {"expression": "false"}})
    shown = await authority.read("cel/roles/c")
    assert shown["cel_program"]["expression"] == "false"
    assert shown["cel_program"]["variables"]
    assert (await authority.mount.data(Operation.LIST, "cel/roles"))["keys"] == ["c"]
    await authority.mount.ask(Operation.DELETE, "cel/roles/c")
    with pytest.raises(NotFound):
        await authority.read("cel/roles/c")


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (None, "missing required field 'cel_program'"),
        ({}, "expression cannot be empty"),
        ({"expression": "1+"}, "invalid CEL syntax"),
        ({"expression": "nope"}, "undeclared reference to 'nope'"),
        ({"expression": _template("Nope: 1")}, "undefined field 'Nope'"),
        ({"expression": "true", "other": 1}, "has no part 'other'"),
        ({"expression": "true", "variables": {"a": 1}}, "variables must be a list"),
        ({"expression": "true", "variables": [{"name": "request", "expression": "1"}]}, "overlapping identifier"),
    ],
)
async def test_programs_that_cannot_run_are_refused(program: Any, text: str) -> None:
    """When they are written."""
    authority = await Authority.new()
    fields = {} if program is None else {"cel_program": program}
    with pytest.raises(InvalidRequest, match=text):
        await authority.write("cel/roles/c", **fields)


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ("KeyUsage: KeyUsage.KeyUsageKeyEncipherment", ["Key Encipherment"]),
        ("KeyUsage: 5", ["Digital Signature, Key Encipherment"]),
        ("ExtKeyUsage: [ExtKeyUsage.ExtKeyUsageClientAuth]", ["TLS Web Client Authentication"]),
        ("UnknownExtKeyUsage: [ObjectIdentifier{arc: [1u, 2u, 3u]}]", ["1.2.3"]),
        ("BasicConstraintsValid: true, IsCA: true, MaxPathLen: 2", ["CA:TRUE, pathlen:2"]),
        ("BasicConstraintsValid: true", ["CA:FALSE"]),
        ('DNSNames: ["x.y"], EmailAddresses: ["a@b.c"]', ["DNS:x.y, email:a@b.c"]),
        ('IPAddresses: [net.IP{IP: b"\\x01\\x02\\x03\\x04"}]', ["IP Address:1.2.3.4"]),
        ('URIs: [url.URL{Scheme: "spiffe", Host: "a", Path: "/b"}]', ["URI:spiffe://a/b"]),
        ("Policies: [OID{arc: [1u, 2u, 3u]}]", ["Policy: 1.2.3"]),
        ('PermittedDNSDomains: ["a.com"]', ["X509v3 Name Constraints: critical", "DNS:a.com"]),
        (
            'ExcludedIPRanges: [net.IPNet{IP: net.IP{IP: b"\\x0a\\x00\\x00\\x00"}, '
            'Mask: net.IPMask{IPMask: b"\\xff\\x00\\x00\\x00"}}]',
            ["IP:10.0.0.0/255.0.0.0"],
        ),
        ('ExtraExtensions: [PKIX.Extension{Id: [1, 2, 3], Value: b"\\x05\\x00"}]', ["1.2.3:"]),
        ('SubjectKeyId: b"\\x01\\x02"', ["01:02"]),
        ('Subject: PKIX.Name{CommonName: "x", Organization: ["O"]}', ["Subject: O = O, CN = x"]),
        (
            'Subject: PKIX.Name{Country: ["DE"], OrganizationUnit: ["U"], Locality: ["L"], Province: ["P"], '
            'StreetAddress: ["S"], PostalCode: ["1"], SerialNumber: "n"}',
            ["Subject: C = DE, OU = U, L = L, ST = P, street = S, postalCode = 1, serialNumber = n"],
        ),
    ],
)
async def test_a_program_decides_what_the_certificate_says(fields: str, parts: list[str], tmp_path: Path) -> None:
    """OpenSSL reads it so."""
    authority = await _role(_template(fields))
    issued = await authority.write("cel/issue/c", **_ASKED)
    text = openssl("x509", "-noout", "-text", given=issued["certificate"])
    for part in parts:
        assert part in text


async def test_times_come_from_the_program_else_from_the_request() -> None:
    """They end within the issuer's."""
    authority = await _role(_template("NotAfter: now + duration('2h')"))
    issued = await authority.write("cel/issue/c", **_ASKED)
    assert issued["expiration"] - issued["not_before"] == 7200 + 30
    authority = await _role(_template(""))
    issued = await authority.write("cel/issue/c", **_ASKED)
    assert issued["expiration"] - issued["not_before"] == 3600 + 30
    authority = await _role(_template("NotAfter: now + duration('999999h')"))
    with pytest.raises(InvalidRequest, match="beyond the expiration of the CA certificate"):
        await authority.write("cel/issue/c", **_ASKED)


def _network(address: str, mask: str) -> str:
    return f'PermittedIPRanges: [net.IPNet{{IP: net.IP{{IP: b"{address}"}}, Mask: net.IPMask{{IPMask: b"{mask}"}}}}]'


def _extensions(*identifiers: str) -> str:
    each = (f'PKIX.Extension{{Id: [{identifier}], Value: b"\\x05\\x00"}}' for identifier in identifiers)
    return f"ExtraExtensions: [{', '.join(each)}]"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("false", "request denied"),
        ("true", "request denied"),
        ('"because"', "because"),
        ("1", "unexpected mainProgram result type"),
        ("now", "unexpected mainProgram result type"),
        ("ValidationOutput{}", "template is nil"),
        ("CertTemplate{}", "template is nil"),
        ("request.nope", "failed to evaluate"),
        (_template("", ', issuer_ref: "nope"'), "unable to find PKI issuer for reference: nope"),
        (_template("", ', key_type: "any"'), "unknown key type any"),
        (_template('IPAddresses: [net.IP{IP: b"\\x01"}]'), "4 or 16 bytes"),
        (_template("ExtKeyUsage: [99]"), "a number that no usage has"),
        (_template("UnknownExtKeyUsage: [ObjectIdentifier{arc: [9u]}]"), "no object identifier"),
        (_template('ExtraExtensions: [PKIX.Extension{Id: [2, 5, 29, 19], Value: b"\\x30"}]'), "other fields of the"),
        (_template('DNSNames: ["b\u00fccher.de"]'), "can't be made"),
        (_template("MaxPathLen: 999"), "between 0 and 255"),
        (_template(_network("\\x0a\\x00\\x00\\x00", "\\xff\\x00\\xff\\x00")), "ones, and then zeros"),
        (_template(_network("\\x0a\\x00\\x00\\x00", "\\xff\\x00")), "of the same length"),
        (_template(_network("\\x0a\\x00\\x00\\x00", "")), "of the same length"),
        (_template(_extensions("1, 2, 3", "1, 2, 3")), "the extension 1.2.3 twice"),
    ],
)
async def test_other_results_refuse(expression: str, text: str) -> None:
    """A text tells the client why; nothing is stored."""
    authority = await _role(expression)
    with pytest.raises(InvalidRequest, match=text):
        await authority.write("cel/issue/c", **_ASKED)
    assert len((await authority.mount.data(Operation.LIST, "certs"))["keys"]) == 1


async def test_a_program_reads_requests_for_certificates(tmp_path: Path) -> None:
    """It signs what it takes of them."""
    authority = await _role(
        "names ? output : 'no such name'",
        names="parsed_csr.DNSNames.all(name, name.endsWith('.example.com'))",
        output=_template(
            "Subject: PKIX.Name{CommonName: parsed_csr.Subject.CommonName}, DNSNames: parsed_csr.DNSNames",
            ', warnings: ["careful"], generate_lease: true',
        ),
    )
    request = request_for(tmp_path, extensions="subjectAltName = DNS:a.example.com")
    answer = await authority.answer("cel/sign/c", csr=request, ttl="1h")
    assert answer.data is not None and answer.lease is not None
    assert answer.warnings == ["careful"]
    assert verified(tmp_path, answer.data["certificate"], answer.data["issuing_ca"]).endswith("OK\n")
    with pytest.raises(InvalidRequest, match="no such name"):
        await authority.write(
            "cel/sign/c", csr=request_for(tmp_path, extensions="subjectAltName = DNS:evil.com"), ttl="1h"
        )
    with pytest.raises(InvalidRequest, match="CEL role not found"):
        await authority.write("cel/sign/none", csr=request)


async def test_what_a_program_sees_of_a_certificate_request(tmp_path: Path) -> None:
    """Its subject, its names of each kind, and its key."""
    lists = ("DNSNames", "EmailAddresses", "IPAddresses", "URIs", "UserIDs")
    parts = ["Subject.CommonName", "Subject.SerialNumber", *(f"{name}[0]" for name in lists), "KeyType"]
    seen = " + '|' + ".join(f"parsed_csr.{part}" for part in parts)
    authority = await _role(f"{seen} + '|' + string(parsed_csr.KeyBits)")
    names = "subjectAltName = DNS:a.example, email:me@a.example, IP:192.0.2.1, URI:a://b"
    request = request_for(tmp_path, "CN=x\nserialNumber=7\nUID=ada", names)
    said = "x|7|a.example|me@a.example|192.0.2.1|a://b|ada|ec|256"
    with pytest.raises(InvalidRequest) as raised:
        await authority.write("cel/sign/c", csr=request)
    assert raised.value.text == said


async def test_addresses_are_checked_by_the_function_for_it() -> None:
    """`check_valid_email`, for a text and for a list."""
    authority = await _role('check_valid_email(request.alt_names) ? "yes" : "no"')
    for given, said in (("a@b.c", "yes"), ("a@", "no"), (["a@b.c", "x"], "no"), (["a@b.c"], "yes"), ("a" * 9999, "no")):
        with pytest.raises(InvalidRequest, match=said):
            await authority.write("cel/issue/c", **_ASKED, alt_names=given)


@pytest.mark.parametrize(
    "fields",
    [
        "DNSNames: [request.common_name]",
        "EmailAddresses: [request.common_name]",
        'URIs: [url.URL{Scheme: "https", Host: request.common_name}]',
        "Subject: PKIX.Name{CommonName: request.common_name}",
        "Subject: PKIX.Name{Organization: [request.common_name]}",
    ],
)
async def test_no_program_lets_control_characters_into_a_certificate(fields: str) -> None:
    """A program that looks at the end of a name would certify what stands before a NUL, for who reads C strings."""
    program = f'request.common_name.endsWith(".a.com") ? dyn({_template(fields)}) : dyn(false)'
    authority = await _role(program)
    await authority.write("cel/issue/c", **{**_ASKED, "common_name": "x.a.com"})
    for text in ("evil.com\0.a.com", "evil.com\n.a.com", "evil.com\x85.a.com"):
        with pytest.raises(InvalidRequest, match="control character"):
            await authority.write("cel/issue/c", **{**_ASKED, "common_name": text})
