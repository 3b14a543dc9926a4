"""Certificates for other authorities: by request, and for roots that sign themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.chains import checked, subjects, text_of
from tests.flow.engines.pki.mounts import Authority, openssl
from tests.flow.engines.pki.requests import EC, request_for

EXTENSIONS = """keyUsage = critical,digitalSignature
extendedKeyUsage = codeSigning
basicConstraints = CA:FALSE
subjectAltName = DNS:csr.example.com,dirName:dir
nameConstraints = critical,permitted;DNS:.example.net
1.2.3.4 = ASN1:UTF8String:kept
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://theirs/crl
[dir]
CN = X"""


async def test_values_of_a_request_are_left_out_unless_they_are_wanted(tmp_path: Path) -> None:
    """Of a request, only key and common name are taken; with `use_csr_values` all that isn't the issuer's matter."""
    root = await Authority.new()
    csr = request_for(tmp_path, "CN=Csr Name\nO=Csr Org", EXTENSIONS.replace("authorityKeyIdentifier = keyid\n", ""))
    plain = text_of((await root.write("root/sign-intermediate", csr=csr))["certificate"])
    whole = await root.answer("root/sign-intermediate", csr=csr, use_csr_values=True, common_name="X", organization="Y")
    assert whole.data is not None
    taken = text_of(whole.data["certificate"])

    assert "Subject: CN = Csr Name\n" in plain
    for each in ("csr.example.com", "Code Signing", "1.2.3.4", "theirs", ".example.net"):
        assert each not in plain
    assert "Subject: CN = Csr Name, O = Csr Org\n" in taken
    for each in ("DNS:csr.example.com", "DirName:", "Code Signing", "1.2.3.4", "DNS:.example.net", "CA:TRUE"):
        assert each in taken
    assert "Digital Signature, Certificate Sign, CRL Sign" in taken
    assert "theirs" not in taken
    assert any("isn't an authority's" in each for each in whole.warnings)


@pytest.mark.parametrize("use_csr_values", [False, True])
async def test_an_authority_without_a_name_is_warned_of(tmp_path: Path, *, use_csr_values: bool) -> None:
    """Whoever gave none: the request, or its parameters."""
    root = await Authority.new()
    for subject, is_named in (("/CN=I", True), ("/", False)):
        csr = request_for(tmp_path, key=(*EC, "-subj", subject))
        answer = await root.answer("root/sign-intermediate", csr=csr, use_csr_values=use_csr_values)
        assert any("has no subject" in each for each in answer.warnings) is not is_named


async def test_constraints_of_parameters_come_before_those_of_a_request(tmp_path: Path) -> None:
    """Who signs decides: the request's name constraints are left out, with a warning, where there are others."""
    root = await Authority.new()
    csr = request_for(tmp_path, "CN=I", "nameConstraints = critical,permitted;DNS:.example.net")
    answer = await root.answer(
        "root/sign-intermediate", csr=csr, use_csr_values=True, permitted_dns_domains="example.org"
    )
    assert answer.data is not None
    shown = text_of(answer.data["certificate"])
    assert "DNS:example.org" in shown and "example.net" not in shown
    assert any("name constraints" in each for each in answer.warnings)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"csr": ""}, '"csr" is empty'),
        ({"csr": "bad"}, "no data"),
        ({"skid": "zz"}, "hex"),
        ({"skid": "aa" * 65}, "64 bytes"),
        ({"issuer_ref": "none"}, "unable to find PKI issuer"),
        ({"format": "bad"}, "format"),
        ({"max_path_length": -7}, "max_path_length"),
        ({"permitted_ip_ranges": "x"}, "ranges are written"),
        ({"signature_bits": 17}, "signature_bits"),
    ],
)
async def test_mistakes_are_refused(fields: dict[str, Any], said: str, tmp_path: Path) -> None:
    """A request for an authority that can't be met is a client's error."""
    root = await Authority.new()
    with pytest.raises(InvalidRequest, match=said):
        await root.write("root/sign-intermediate", **{"csr": request_for(tmp_path), **fields})


async def test_short_keys_are_refused(tmp_path: Path) -> None:
    """An authority has an RSA key of 2048 bits at least."""
    root = await Authority.new()
    csr = request_for(tmp_path, key=("-newkey", "rsa:1024"))
    with pytest.raises(InvalidRequest, match="2048"):
        await root.write("root/sign-intermediate", csr=csr)


@pytest.mark.parametrize("format_", ["pem", "der", "pem_bundle"])
async def test_formats(format_: str, tmp_path: Path) -> None:
    """The answer has the certificate first in its chain, in each format."""
    root = await Authority.new()
    made = await root.write("root/sign-intermediate", csr=request_for(tmp_path), format=format_)
    assert made["ca_chain"][1] == made["issuing_ca"]
    assert made["certificate"] == ("\n".join(made["ca_chain"]) if format_ == "pem_bundle" else made["ca_chain"][0])
    assert ("BEGIN" in made["certificate"]) is (format_ != "der")


async def test_who_signs_needs_the_usage(tmp_path: Path) -> None:
    """An issuer that isn't used for certificates signs no authority either."""
    root = await Authority.new()
    await root.patch("issuer/default", usage="read-only,crl-signing")
    with pytest.raises(InvalidRequest, match="issuing-certificates"):
        await root.write("root/sign-intermediate", csr=request_for(tmp_path))


async def test_a_root_signed_by_another_verifies_under_it(tmp_path: Path) -> None:
    """`sign-self-issued` keeps all that the root's certificate says but for the issuer, so its leaves verify."""
    old = await Authority.new(common_name="Old")
    new = await Authority.new(common_name="New", max_path_length=2, permitted_dns_domains="example.com")
    own = (await new.read("cert/ca"))["certificate"]
    by_name = await old.write("issuer/default/sign-self-issued", certificate=own)
    answer = await old.write("root/sign-self-issued", certificate=own)
    crossed, issued = answer["certificate"], await _leaf(new)
    assert subjects([by_name["certificate"]]) == ["CN=New < CN=Old"]
    assert by_name["issuing_ca"] == answer["issuing_ca"] == (await old.read("cert/ca"))["certificate"]

    assert subjects([crossed]) == ["CN=New < CN=Old"]
    shown = text_of(crossed)
    assert "pathlen:2" in shown and "DNS:example.com" in shown
    for option in ("-serial", "-dates", "-pubkey"):
        assert openssl("x509", "-noout", option, given=crossed) == openssl("x509", "-noout", option, given=own)
    good, said = checked(tmp_path, issued, [crossed], (await old.read("cert/ca"))["certificate"])
    assert good, said


async def test_only_roots_are_signed_so() -> None:
    """Leaves, intermediates and what can't be read are refused, and, if wanted, keys of another type."""
    old, new = await Authority.new(common_name="Old"), await Authority.new(key_type="ed25519")
    asked = await new.write("intermediate/generate/internal", common_name="I", key_type="ec")
    below = (await new.write("root/sign-intermediate", csr=asked["csr"]))["certificate"]
    leaf, own = await _leaf(new), (await new.read("cert/ca"))["certificate"]
    for given, said in ((below, "not self-issued"), (leaf, "not a CA"), ("x", "PEM-decoded"), ("", "PEM-decoded")):
        with pytest.raises(InvalidRequest, match=said):
            await old.write("root/sign-self-issued", certificate=given)
    with pytest.raises(InvalidRequest, match="does not match"):
        await old.write("root/sign-self-issued", certificate=own, require_matching_certificate_algorithms=True)


async def _leaf(authority: Authority) -> str:
    await authority.write("roles/leaf", allow_any_name=True, key_type="ec")
    issued = await authority.write("issue/leaf", common_name="www.example.com", ttl="1h")
    return str(issued["certificate"])
