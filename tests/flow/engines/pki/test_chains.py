"""Chains of authorities, as clients of TLS check them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.chains import below, checked, leaf, subjects
from tests.flow.engines.pki.mounts import Authority


async def _root(authority: Authority) -> str:
    return str((await authority.read("cert/ca"))["certificate"])


async def test_three_levels_verify(tmp_path: Path) -> None:
    """A leaf below an intermediate below an intermediate verifies with the chain of its answer, and the root alone."""
    root = await Authority.new()
    first = await below(root, "First")
    second = await below(first, "Second", ttl="10h")
    issued = await leaf(second, common_name="www.example.com")

    assert subjects(issued["ca_chain"]) == ["CN=Second < CN=First", "CN=First < CN=Root", "CN=Root < CN=Root"]
    good, said = checked(tmp_path, issued["certificate"], issued["ca_chain"][:-1], await _root(root))
    assert good, said


async def test_a_chain_without_its_root_is_warned_about() -> None:
    """Who sets a signed certificate alone is told that the root is missing, and gets no warning once it is there."""
    root = await Authority.new()
    mount = await Authority.empty()
    asked = await mount.write("intermediate/generate/internal", common_name="I", key_type="ec")
    signed = await root.write("root/sign-intermediate", csr=asked["csr"], ttl="20h")

    alone = await mount.answer("intermediate/set-signed", certificate=signed["certificate"])
    assert any("root not in this mount" in each for each in alone.warnings)
    assert subjects((await mount.read("issuer/default"))["ca_chain"]) == ["CN=I < CN=Root"]

    whole = await mount.answer("intermediate/set-signed", certificate="\n".join(signed["ca_chain"]))
    assert not any("root not in this mount" in each for each in whole.warnings)
    assert subjects((await mount.read("issuer/default"))["ca_chain"]) == ["CN=I < CN=Root", "CN=Root < CN=Root"]


async def test_the_order_of_imports_does_not_matter(tmp_path: Path) -> None:
    """A root that is imported after its intermediate completes the chains of what is issued from then on."""
    root = await Authority.new()
    mount = await below(root, root=False)
    before = await leaf(mount, common_name="a.example.com")
    await mount.write("issuers/import/cert", pem_bundle=await _root(root))
    after = await leaf(mount, common_name="a.example.com")

    assert len(before["ca_chain"]) == 1
    assert len(after["ca_chain"]) == 2
    assert checked(tmp_path, after["certificate"], after["ca_chain"][:1], await _root(root))[0]


async def _pair() -> tuple[Authority, Authority, str]:
    """Two roots of which the second has signed the first as well, and the id of that certificate in the first mount."""
    old, new = await Authority.new(common_name="Old"), await Authority.new(common_name="New")
    asked = await new.write("intermediate/cross-sign", common_name="New")
    crossed = await old.write("root/sign-intermediate", csr=asked["csr"], common_name="New", ttl="20h")
    imported = await new.write("issuers/import/cert", pem_bundle="\n".join(crossed["ca_chain"]))
    return old, new, imported["imported_issuers"][0]


async def test_automatic_chains_are_lines() -> None:
    """Of a pair of certificates for one key, a chain holds one: a root's own chain is itself."""
    _, new, twin = await _pair()

    assert subjects((await new.read("issuer/default"))["ca_chain"]) == ["CN=New < CN=New"]
    assert subjects((await new.read(f"issuer/{twin}"))["ca_chain"]) == ["CN=New < CN=Old", "CN=Old < CN=Old"]


async def test_a_cross_signed_pair_verifies_under_both_roots(tmp_path: Path) -> None:
    """By the issuer that another root has signed, leaves verify for who trusts the old root, and who trusts the new."""
    old, new, twin = await _pair()
    await new.write("roles/leaf", allow_any_name=True, key_type="ec", ttl="1h", issuer_ref=twin)
    issued = await new.write("issue/leaf", common_name="www.example.com")

    assert subjects(issued["ca_chain"]) == ["CN=New < CN=Old", "CN=Old < CN=Old"]
    for root in (await _root(old), (await new.read("issuer/default"))["certificate"]):
        good, said = checked(tmp_path, issued["certificate"], issued["ca_chain"], root)
        assert good, said


async def test_a_manual_chain_is_shown_as_it_is() -> None:
    """`manual_chain` is what `ca_chain` shows everywhere, even if nothing in it has signed anything."""
    authority = await Authority.new()
    other = await authority.write("root/generate/internal", common_name="Other", key_type="ec", issuer_name="other")
    await authority.patch("issuer/default", manual_chain=["self", "other"])
    wanted = ["CN=Root < CN=Root", "CN=Other < CN=Other"]

    assert subjects((await authority.read("issuer/default"))["ca_chain"]) == wanted
    assert (await authority.read("cert/ca_chain"))["ca_chain"].count("BEGIN") == 2
    assert subjects((await leaf(authority, common_name="a.b"))["ca_chain"]) == wanted
    await authority.delete(f"issuer/{other['issuer_id']}")
    assert subjects((await authority.read("issuer/default"))["ca_chain"]) == wanted[:1]


@pytest.mark.parametrize(
    ("constraint", "allowed", "refused"),
    [
        (
            {"permitted_dns_domains": ".example.com"},
            {"alt_names": "www.example.com"},
            {"alt_names": "www.example.org"},
        ),
        ({"excluded_dns_domains": "bad.example"}, {"alt_names": "good.example"}, {"alt_names": "a.bad.example"}),
        ({"permitted_ip_ranges": "10.0.0.0/8"}, {"ip_sans": "10.1.2.3"}, {"ip_sans": "192.0.2.1"}),
        ({"excluded_ip_ranges": "2001:db8::/32"}, {"ip_sans": "2001:db9::1"}, {"ip_sans": "2001:db8::1"}),
        (
            {"permitted_email_addresses": "example.com"},
            {"alt_names": "me@example.com"},
            {"alt_names": "me@example.org"},
        ),
        (
            {"excluded_email_addresses": "root@example.com"},
            {"alt_names": "me@example.com"},
            {"alt_names": "root@example.com"},
        ),
        (
            {"permitted_uri_domains": ".example.com"},
            {"uri_sans": "https://www.example.com/a"},
            {"uri_sans": "https://www.example.org/a"},
        ),
        (
            {"excluded_uri_domains": "bad.example"},
            {"uri_sans": "https://good.example/"},
            {"uri_sans": "https://bad.example/"},
        ),
    ],
)
async def test_name_constraints_bind_verifiers(
    constraint: dict[str, Any], allowed: dict[str, str], refused: dict[str, str], tmp_path: Path
) -> None:
    """OpenSSL takes a leaf that fits the constraints of its issuer, and no other; and so only the first is issued."""
    root = await Authority.new()
    mount = await below(root, **constraint)
    await mount.write("roles/leaf", allow_any_name=True, key_type="ec", require_cn=False, allowed_uri_sans="*")
    trusted = await _root(root)
    with pytest.raises(InvalidRequest, match="name constraints of the issuer"):
        await mount.write("issue/leaf", ttl="1h", **refused)
    await mount.patch("issuer/default", disable_name_constraint_checks=True)
    for names, good in ((allowed, True), (refused, False)):
        issued = await mount.write("issue/leaf", ttl="1h", **names)
        done, said = checked(tmp_path, issued["certificate"], issued["ca_chain"], trusted)
        assert done is good, said


async def test_no_authority_is_below_the_last_one(tmp_path: Path) -> None:
    """Each level has one less below it, and below the last one an authority is refused."""
    root = await Authority.new(max_path_length=1)
    first = await below(root, "First")
    with pytest.raises(InvalidRequest, match="max path length of zero"):
        await below(first, "Second")
    issued = await leaf(first, common_name="a.example.com")
    assert checked(tmp_path, issued["certificate"], issued["ca_chain"], await _root(root))[0]


async def test_identifiers_and_names_are_taken_from_the_certificate_above(tmp_path: Path) -> None:
    """The authority key identifier is the issuer's own even if that isn't SHA-1 of its key, and so is its name."""
    root = await Authority.new()
    mount = await Authority.empty()
    asked = await mount.write(
        "intermediate/generate/internal", common_name="Sub", key_type="ec", organization="Ümläut & Co", ou="a,b"
    )
    signed = await root.write("root/sign-intermediate", csr=asked["csr"], use_csr_values=True, skid="aa:bb:cc")
    await mount.write("intermediate/set-signed", certificate="\n".join(signed["ca_chain"]))
    issued = await leaf(mount, common_name="a.example.com", ttl="1h")

    good, said = checked(tmp_path, issued["certificate"], issued["ca_chain"], await _root(root))
    assert good, said
    assert (
        subjects([issued["certificate"]])[0].partition(" < ")[2]
        == subjects([signed["certificate"]])[0].partition(" < ")[0]
    )
