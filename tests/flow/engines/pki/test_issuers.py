"""Issuers: names, settings, URLs, what everybody may fetch, and many of them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.chains import leaf, text_of
from tests.flow.engines.pki.mounts import Authority, openssl


async def test_names_and_ids() -> None:
    """An issuer is found by id, by name and as the default; a former name is free again."""
    authority = await Authority.new(issuer_name="one")
    id_ = (await authority.read("issuer/one"))["issuer_id"]
    assert (await authority.read(f"issuer/{id_}"))["issuer_id"] == id_
    assert (await authority.read("issuer/default"))["issuer_id"] == id_
    await authority.write("issuer/one", issuer_name="two")
    with pytest.raises(InvalidRequest, match="unable to find"):
        await authority.read("issuer/one")
    await authority.write("root/generate/internal", common_name="R", key_type="ec", issuer_name="one")
    with pytest.raises(InvalidRequest, match="already in use"):
        await authority.patch("issuer/two", issuer_name="one")


async def test_a_write_replaces_and_a_patch_changes() -> None:
    """What a write leaves out gets its default; what a patch leaves out stays."""
    authority = await Authority.new(issuer_name="ca")
    urls = {"issuing_certificates": "http://a/ca", "ocsp_servers": "http://a/ocsp"}
    await authority.patch("issuer/ca", leaf_not_after_behavior="truncate", usage="read-only", **urls)
    patched = await authority.patch("issuer/ca", crl_distribution_points="http://a/crl")
    assert patched["leaf_not_after_behavior"] == "truncate"
    assert patched["usage"] == "read-only"
    assert patched["issuing_certificates"] == ["http://a/ca"]
    assert patched["crl_distribution_points"] == ["http://a/crl"]
    written = await authority.write("issuer/ca", issuer_name="ca")
    assert written["leaf_not_after_behavior"] == "err"
    assert written["usage"] == "crl-signing,issuing-certificates,ocsp-signing,read-only"
    assert written["issuing_certificates"] == written["crl_distribution_points"] == written["ocsp_servers"] == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"usage": "bogus"}, "usages"),
        ({"leaf_not_after_behavior": "foo"}, "leaf_not_after_behavior"),
        ({"revocation_signature_algorithm": "foo"}, "signature algorithm"),
        ({"revocation_signature_algorithm": "SHA256WithRSA"}, "can't sign with"),
        ({"revocation_signature_algorithm": "Ed25519"}, "can't sign with"),
        ({"manual_chain": "none"}, "unable to find"),
        ({"manual_chain": "other"}, "self-reference"),
        ({"manual_chain": "self,other,other"}, "twice"),
        ({"manual_chain": ["self"] * 65}, "at most"),
        ({"issuer_name": "default"}, "reserved"),
        ({"issuer_name": "a b"}, "invalid characters"),
        ({"issuing_certificates": "no url"}, "invalid URL"),
        ({"ocsp_servers": "http://a b/"}, "invalid URL"),
        ({"crl_distribution_points": "http://" + "x" * 3000}, "invalid URL"),
        ({"crl_distribution_points": ["http://a"] * 33}, "more than"),
    ],
)
async def test_mistakes_change_nothing(fields: dict[str, Any], said: str) -> None:
    """A setting that there can't be is a client's error, and the issuer stays as it was."""
    authority = await Authority.new(issuer_name="ca")
    await authority.write("root/generate/internal", common_name="O", key_type="ec", issuer_name="other")
    before = await authority.read("issuer/ca")
    for change in (authority.patch, authority.write):
        with pytest.raises(InvalidRequest, match=said):
            await change("issuer/ca", **fields)
    assert await authority.read("issuer/ca") == before


async def test_usages_are_kept_to() -> None:
    """An issuer that isn't used for certificates issues none; reading is always allowed."""
    authority = await Authority.new(issuer_name="ca")
    shown = await authority.patch("issuer/ca", usage="crl-signing")
    assert shown["usage"] == "crl-signing,read-only"
    with pytest.raises(InvalidRequest, match='"issuing-certificates": add that to its usage'):
        await leaf(authority, common_name="a.b")
    await authority.patch("issuer/ca", usage="issuing-certificates")
    await leaf(authority, common_name="a.b")


async def test_a_revoked_issuer_does_not_issue_again() -> None:
    """Its usage can't be widened any more, by a patch or a write."""
    authority = await Authority.new(issuer_name="ca")
    await authority.write("issuer/ca/revoke")
    with pytest.raises(InvalidRequest, match="revoked"):
        await authority.patch("issuer/ca", usage="issuing-certificates")
    await authority.write("issuer/ca", issuer_name="ca")
    with pytest.raises(InvalidRequest, match='"issuing-certificates": it was revoked, so choose another issuer'):
        await leaf(authority, common_name="a.b")


@pytest.mark.parametrize("name", ["ECDSAWithSHA512", "ecdsawithsha512"])
async def test_algorithms_have_the_names_of_go(name: str) -> None:
    """In any case of letters, shown as Go writes them; an empty one is what goes with the key."""
    authority = await Authority.new(issuer_name="ca")
    assert (await authority.read("issuer/ca"))["revocation_signature_algorithm"] == "ECDSAWithSHA256"
    shown = await authority.patch("issuer/ca", revocation_signature_algorithm=name)
    assert shown["revocation_signature_algorithm"] == "ECDSAWithSHA512"
    assert (await authority.patch("issuer/ca", revocation_signature_algorithm=""))[
        "revocation_signature_algorithm"
    ] == ""


async def test_urls_stand_in_certificates() -> None:
    """Those of the mount, or in their place all of those of the issuer, with templates filled in."""
    authority = await Authority.new(issuer_name="ca")
    id_ = (await authority.read("issuer/ca"))["issuer_id"]
    where = {"path": "https://vault.example/v1/pki", "aia_path": "http://aia.example/pki"}
    await authority.mount.ask(Operation.UPDATE, "config/cluster", where)
    await authority.write(
        "config/urls",
        issuing_certificates="{{cluster_aia_path}}/issuer/{{issuer_id}}/der",
        crl_distribution_points="{{cluster_path}}/issuer/{{issuer_id}}/crl/der,http://b/crl",
        delta_crl_distribution_points="http://b/delta",
        ocsp_servers="{{cluster_path}}/ocsp",
        enable_templating=True,
    )
    shown = text_of((await leaf(authority, common_name="a.b"))["certificate"])
    for each in (
        f"CA Issuers - URI:http://aia.example/pki/issuer/{id_}/der",
        f"URI:https://vault.example/v1/pki/issuer/{id_}/crl/der",
        "URI:http://b/crl",
        "URI:http://b/delta",
        "OCSP - URI:https://vault.example/v1/pki/ocsp",
    ):
        assert each in shown
    await authority.patch("issuer/ca", ocsp_servers="http://own/ocsp")
    shown = text_of((await leaf(authority, common_name="a.b"))["certificate"])
    assert "http://own/ocsp" in shown
    assert "aia.example" not in shown and "http://b/" not in shown


async def test_templates_that_can_not_be_filled_in_stop_issuing_with_a_reason() -> None:
    """The write warns, and what would have a URL with a hole in it isn't issued."""
    authority = await Authority.new(issuer_name="ca")
    answer = await authority.answer("config/urls", issuing_certificates="{{cluster_path}}/ca", enable_templating=True)
    assert any("config/cluster" in each for each in answer.warnings)
    with pytest.raises(InvalidRequest, match="config/cluster"):
        await leaf(authority, common_name="a.b")
    with pytest.raises(InvalidRequest, match="invalid URL"):
        await authority.write("config/urls", enable_templating=False)
    await authority.write("config/urls", issuing_certificates="{{bogus}}/ca")
    with pytest.raises(InvalidRequest, match="invalid URL"):
        await leaf(authority, common_name="a.b")


async def test_a_root_can_not_hold_its_own_id() -> None:
    """URLs with the issuer's id are left out of new roots, with a warning; others are in. What roots issue has both."""
    authority = await Authority.new()
    await authority.write(
        "config/urls", issuing_certificates="http://a/{{issuer_id}}", ocsp_servers="http://a", enable_templating=True
    )
    answer = await authority.answer("root/generate/internal", common_name="R", key_type="ec")
    assert answer.data is not None
    assert "http://a" not in text_of(answer.data["certificate"])
    (told,) = answer.warnings
    assert "{{issuer_id}}; what it issues has them" in told
    await authority.write("roles/r", allow_any_name=True, key_type="ec", issuer_ref=answer.data["issuer_id"])
    issued = await authority.write("issue/r", common_name="a.b", ttl="1h")
    assert f"http://a/{answer.data['issuer_id']}" in text_of(issued["certificate"])
    await authority.write("config/urls", issuing_certificates="http://a/ca", enable_templating=False)
    answer = await authority.answer("root/generate/internal", common_name="R", key_type="ec")
    assert answer.data is not None and answer.warnings == []
    assert "http://a/ca" in text_of(answer.data["certificate"])


PUBLIC = {
    "ca": "application/pkix-cert",
    "cert/ca/raw": "application/pkix-cert",
    "issuer/ca/der": "application/pkix-cert",
    "ca/pem": "application/pem-certificate-chain",
    "cert/ca/raw/pem": "application/pem-certificate-chain",
    "issuer/ca/pem": "application/pem-certificate-chain",
    "ca_chain": "application/pkix-cert",
}


@pytest.mark.parametrize("path", PUBLIC)
async def test_what_everybody_may_fetch(path: str) -> None:
    """The certificate in its form and content type, with no token; an empty mount has nothing, which is no error."""
    authority = await Authority.new(issuer_name="ca")
    answer = await authority.mount.ask(Operation.READ, path, {})
    assert answer is not None and answer.raw is not None
    assert answer.raw.content_type == PUBLIC[path]
    certificate = (await authority.read("cert/ca"))["certificate"]
    if b"BEGIN" in answer.raw.content:
        assert answer.raw.content.decode().strip() == certificate
    else:
        body = "".join(certificate.splitlines()[1:-1])
        assert answer.raw.content == base64.b64decode(body)
    assert authority.mount.engine.routes.find(Operation.READ, path).declaration.unauthenticated
    if not path.startswith("issuer"):
        empty = await (await Authority.empty()).mount.ask(Operation.READ, path, {})
        assert empty is not None and empty.status == 204 and empty.raw is not None and empty.raw.content == b""


async def test_deleting_an_issuer_says_what_goes_with_it() -> None:
    """The default that is gone, and the roles that issue by it; its key stays."""
    authority = await Authority.new(issuer_name="ca")
    await authority.write("roles/a", allow_any_name=True)
    await authority.write("roles/b", allow_any_name=True, issuer_ref="ca")
    key = (await authority.read("issuer/ca"))["key_id"]
    with pytest.raises(InvalidRequest, match="Key in Use"):
        await authority.delete(f"key/{key}")
    warnings = await authority.delete("issuer/ca")
    assert "default issuer" in warnings[0] and warnings[1].startswith("2 roles")
    assert await authority.delete("issuer/ca") == []
    assert (await authority.read("config/issuers"))["default"] == ""
    assert "default key" in (await authority.delete(f"key/{key}"))[0]
    with pytest.raises(NotFound):
        await authority.mount.ask(Operation.LIST, "issuers", {})


async def test_the_serial_number_of_an_issuer_is_whole_bytes() -> None:
    """As OpenSSL prints it, in pairs with colons."""
    authority = await Authority.new()
    listed = await authority.mount.ask(Operation.LIST, "issuers", {})
    assert listed is not None and listed.data is not None
    ((_, about),) = listed.data["key_info"].items()
    printed = openssl("x509", "-noout", "-serial", given=(await authority.read("cert/ca"))["certificate"])
    assert printed.strip().partition("=")[2].lower() == about["serial_number"].replace(":", "")
