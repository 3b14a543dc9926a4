"""What an authority's own name constraints forbid isn't issued, by whatever way it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.chains import below, checked, text_of
from tests.flow.engines.pki.mounts import Authority, verified
from tests.flow.engines.pki.requests import request_for

PROGRAM = {
    "expression": "ValidationOutput{template: CertTemplate{DNSNames: [request.common_name], NotBefore: now, "
    'NotAfter: now + duration("1h")}, key_type: "ec"}'
}
REFUSED = '"www.example.org" lies outside of what the name constraints of the issuer narrow permit: "example.com"'


async def narrow(**root: Any) -> Authority:
    """A mount whose root is for example.com alone, with a role for everything."""
    authority = await Authority.new(
        **{"issuer_name": "narrow", "permitted_dns_domains": "example.com", "exclude_cn_from_sans": True, **root}
    )
    await authority.write("roles/r", allow_any_name=True, key_type="ec", ttl="1h", require_cn=False)
    await authority.write("cel/roles/c", cel_program=PROGRAM)
    return authority


@pytest.mark.parametrize("path", ["issue/r", "sign/r", "sign-verbatim", "sign-verbatim/r", "cel/issue/c", "cel/sign/c"])
async def test_all_that_issues_leaves_refuses(path: str, tmp_path: Path) -> None:
    """The error says which name, which constraint and which issuer; nothing is stored, and other names are issued."""
    authority = await narrow()
    before = await authority.mount.rows()
    for name in ("www.example.org", "www.example.com"):
        csr = request_for(tmp_path, f"CN={name}", f"subjectAltName = DNS:{name}")
        fields = {"common_name": name} | ({"csr": csr} if "sign" in path else {"key_type": "ec"})
        if name == "www.example.org":
            with pytest.raises(InvalidRequest) as raised:
                await authority.write(path, **fields)
            assert raised.value.text == f"the DNS name {REFUSED}"
            assert await authority.mount.rows() == before
        else:
            issued = await authority.write(path, **fields)
            root = (await authority.read("cert/ca"))["certificate"]
            assert "OK" in verified(tmp_path, issued["certificate"], root)


async def test_the_common_name_of_a_verbatim_request_without_hosts(tmp_path: Path) -> None:
    """It is refused if OpenSSL would take it for a host."""
    authority = await narrow()
    with pytest.raises(InvalidRequest, match=r"www\.example\.org"):
        await authority.write("sign-verbatim", csr=request_for(tmp_path, "CN=www.example.org"))
    for subject in ("CN=www.example.com", "CN=Some Body"):
        issued = await authority.write("sign-verbatim", csr=request_for(tmp_path, subject))
        root = (await authority.read("cert/ca"))["certificate"]
        assert "OK" in verified(tmp_path, issued["certificate"], root)


async def test_checks_of_an_issuer_can_be_switched_off(tmp_path: Path) -> None:
    """By a field of the issuer, which its answer shows, which a patch leaves, and which a write sets back."""
    authority = await narrow()
    assert (await authority.read("issuer/default"))["disable_name_constraint_checks"] is False
    shown = await authority.patch("issuer/default", disable_name_constraint_checks=True)
    assert shown["disable_name_constraint_checks"] is True
    await authority.patch("issuer/default", leaf_not_after_behavior="truncate")
    issued = await authority.write("issue/r", common_name="www.example.org")
    root = (await authority.read("cert/ca"))["certificate"]
    good, said = checked(tmp_path, issued["certificate"], [root], root)
    assert not good and "permitted subtree violation" in said

    shown = await authority.write("issuer/default", issuer_name="narrow")
    assert shown["disable_name_constraint_checks"] is False
    with pytest.raises(InvalidRequest, match="name constraints"):
        await authority.write("issue/r", common_name="www.example.org")


async def test_authorities_above_count_as_soon_as_they_are_known() -> None:
    """An intermediate without constraints has those of its root, from when the mount has the root's certificate."""
    root = await narrow(common_name="Narrow Root")
    mount = await below(root, "Web", root=False)
    await mount.write("roles/r", allow_any_name=True, key_type="ec", ttl="1h")
    await mount.write("issue/r", common_name="www.example.org")
    await mount.write("issuers/import/cert", pem_bundle=(await root.read("cert/ca"))["certificate"])
    await mount.patch("issuer/default", issuer_name="web")
    with pytest.raises(InvalidRequest, match=r'permit: "example\.com"') as raised:
        await mount.write("issue/r", common_name="www.example.org")
    assert 'the name constraints of "CN=Narrow Root" above the issuer web permit' in raised.value.text
    await mount.write("issue/r", common_name="www.example.com")


async def test_other_certificates_of_a_chain_by_hand_do_not_count() -> None:
    """A chain that somebody has put together may hold an authority that hasn't signed the issuer."""
    authority = await Authority.new(common_name="Wide")
    await authority.write("roles/r", allow_any_name=True, key_type="ec", ttl="1h")
    other = await narrow()
    imported = await authority.write("issuers/import/cert", pem_bundle=(await other.read("cert/ca"))["certificate"])
    await authority.patch("issuer/default", manual_chain=["self", imported["imported_issuers"][0]])
    await authority.write("issue/r", common_name="www.example.org")


async def test_a_dry_run_tells_of_constraints() -> None:
    """`check` refuses the names that `issue` does, each where it stands, and a common name that stands alone."""
    authority = await narrow()
    found = await authority.write("roles/r/check", common_name="www.example.com", alt_names="www.example.org")
    assert not found["allowed"]
    assert [(each["name"], each["type"], each["allowed"]) for each in found["names"]] == [
        ("www.example.com", "common_name", True),
        ("www.example.com", "dns", True),
        ("www.example.org", "dns", False),
    ]
    assert found["errors"] == [f"the DNS name {REFUSED}"] == [found["names"][2]["refused_because"]]

    alone = await authority.write("roles/r/check", common_name="www.example.org", exclude_cn_from_sans=True)
    assert not alone["allowed"] and alone["errors"] == [f"the DNS name {REFUSED}"]
    assert (await authority.write("roles/r/check", common_name="www.example.com"))["allowed"]


async def test_an_authority_below_is_warned_of_what_it_permits_in_vain(tmp_path: Path) -> None:
    """Its certificate is valid, and is made; its own alternative names have to fit, since clients look at them."""
    authority = await narrow()
    csr = request_for(
        tmp_path, "CN=Below", "subjectAltName = DNS:ca.example.org\nnameConstraints = permitted;DNS:x.org"
    )
    wide = await authority.answer("root/sign-intermediate", csr=csr, permitted_dns_domains="example.org,a.example.com")
    vain = [text for text in wide.warnings if "name constraints of the issuer narrow" in text]
    assert [text.split('"')[1] for text in vain] == ["example.org"]
    assert any('common name "Below" isn\'t among the alternative names' in text for text in wide.warnings)
    root = (await authority.read("cert/ca"))["certificate"]
    assert wide.data is not None and "OK" in verified(tmp_path, wide.data["certificate"], root)
    with pytest.raises(InvalidRequest, match='"Below" lies outside'):
        await authority.write("root/sign-intermediate", csr=csr, alt_names="Below")
    with pytest.raises(InvalidRequest, match=r'"ca\.example\.org" lies outside'):
        await authority.write("root/sign-intermediate", csr=csr, use_csr_values=True)
    await authority.patch("issuer/default", disable_name_constraint_checks=True)
    taken = await authority.answer("root/sign-intermediate", csr=csr, use_csr_values=True)
    assert not any("name constraints of the issuer" in text for text in taken.warnings)


async def test_a_root_is_not_signed_beyond_constraints() -> None:
    """One that has alternative names of its own outside, or stands where no authority may stand.

    A new key of the issuer itself may stand anywhere.
    """
    outside = await Authority.new(common_name="root.example.org")
    certificate = (await outside.read("cert/ca"))["certificate"]
    with pytest.raises(InvalidRequest, match=r'"root\.example\.org" lies outside'):
        await (await narrow()).write("root/sign-self-issued", certificate=certificate)
    last = await Authority.new(max_path_length=0)
    with pytest.raises(InvalidRequest, match="max path length of zero"):
        await last.write("root/sign-self-issued", certificate=certificate)
    new_key = (await (await Authority.new(permitted_dns_domains="example.com")).read("cert/ca"))["certificate"]
    assert (await last.write("root/sign-self-issued", certificate=new_key))["certificate"]


async def test_path_lengths_above_the_issuer_count(tmp_path: Path) -> None:
    """An authority below that some authority above doesn't leave room for isn't made, by request or by program."""
    root = await Authority.new(max_path_length=1)
    # As an authority elsewhere would have signed it: without a length of its own.
    mount = await below(root, "Web", max_path_length=-1)
    csr = request_for(tmp_path, "CN=Below")
    with pytest.raises(InvalidRequest, match="max path length"):
        await mount.write("root/sign-intermediate", csr=csr)
    template = "CertTemplate{IsCA: true, BasicConstraintsValid: true, NotBefore: now, NotAfter: now + duration('1h')}"
    program = {"expression": f"ValidationOutput{{template: {template}, key_type: 'ec'}}"}
    await mount.write("cel/roles/ca", cel_program=program)
    with pytest.raises(InvalidRequest, match="max path length"):
        await mount.write("cel/issue/ca")
    taken = await root.write("root/sign-intermediate", csr=csr)
    assert "pathlen:0" in text_of(taken["certificate"])
