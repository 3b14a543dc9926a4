"""What a login gives, and what its renewal demands."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.token_fields import PoliciesChanged
from tests.flow.auth.cert.showing import DELETE, WRITE, mounted
from tests.sim.pki import Issued


def spki_sha256(client: Issued) -> str:
    """The digest of a client's public key."""
    key = client.key.public_key()
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(encoding, form)).hexdigest()


async def test_metadata() -> None:
    """The names that the API has for them; extensions by their identifiers, with dashes."""
    mount, root = await mounted()
    extensions = (("1.2.3.4", b"\x0c\x05hello"), ("1.2.3.5", b"\x02\x01\x05"))
    leaf = root.issue("web", extensions=extensions)
    await mount.role("web", root.pem, display_name="shown", allowed_metadata_extensions="1.2.3.4,1.2.3.5,1.2.3.6")
    auth = await mount.log_in(leaf)
    digests = [auth.metadata[name].split(":") for name in ("subject_key_id", "authority_key_id")]
    assert [len(each) for each in digests] == [20, 20]
    assert auth.metadata == {
        "cert_name": "web",
        "common_name": "web",
        "serial_number": str(leaf.certificate.serial_number),
        "subject_key_id": ":".join(digests[0]),
        "authority_key_id": ":".join(digests[1]),
        "1-2-3-4": "hello",
        "1-2-3-5": "",
    }
    assert (auth.display_name, auth.alias, auth.alias_metadata) == ("shown", "web", {})
    await mount.ask(WRITE, "config", {"enable_identity_alias_metadata": True})
    again = await mount.log_in(leaf)
    assert again.alias_metadata == again.metadata


@pytest.mark.parametrize(
    ("source", "alias"),
    [
        ("common_name", "web"),
        ("uri_san", "spiffe://example/web"),
        ("dns_san", "web.example"),
        ("organizational_unit", "ops"),
        ("spki_sha256", None),
    ],
)
async def test_where_the_alias_comes_from(source: str, alias: str | None) -> None:
    """The first of each; a certificate without one is told what is missing, and what else there is."""
    mount, root = await mounted()
    await mount.role("web", root.pem, alias_name_source=source)
    full = root.issue("web", dns=("web.example", "b"), uris=("spiffe://example/web", "x:y"), units=("ops", "dev"))
    assert (await mount.log_in(full)).alias == (alias or spki_sha256(full))
    bare = root.issue(None, emails=("a@example.com",))
    if source == "spki_sha256":
        assert (await mount.log_in(bare)).alias == spki_sha256(bare)
        return
    with pytest.raises(InvalidRequest, match=f'no {source}, which alias_name_source of "web"'):
        await mount.log_in(bare)


async def test_a_leaf_without_a_subject() -> None:
    """As SPIFFE has them: an empty subject, and a URI among the alternative names."""
    mount, root = await mounted()
    await mount.role("web", root.pem, alias_name_source="uri_san", allowed_uri_sans="spiffe://example/*")
    auth = await mount.log_in(root.issue(None, uris=("spiffe://example/ns/a",)))
    assert (auth.alias, auth.metadata["common_name"]) == ("spiffe://example/ns/a", "")


SHOWN = ("same", "same key", "same key, other name", "same name", "other", "none", "stranger")
BY_KEY, BY_ALIAS = {"same", "same key", "same key, other name"}, {"same", "same key", "same name"}
RULES: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    ({}, {}, {"same"}),
    ({"binding": "certificate"}, {}, {"same"}),
    ({"binding": "public_key"}, {}, BY_KEY),
    ({"binding": "alias"}, {}, BY_ALIAS),
    ({"disable_binding": True}, {}, set(SHOWN)),
    ({"binding": "alias"}, {"binding": "certificate"}, {"same"}),
    ({}, {"binding": "public_key"}, BY_KEY),
    ({"disable_binding": True}, {"binding": "alias"}, BY_ALIAS),
]
BINDINGS = [(config, role, shown, shown in entering) for config, role, entering in RULES for shown in SHOWN]
REFUSED = r"client identity during renewal|no client certificate|invalid certificate"


@pytest.mark.parametrize(("config", "role", "shown", "enters"), BINDINGS)
async def test_what_a_renewal_has_to_show(
    config: dict[str, Any], role: dict[str, Any], shown: str, enters: bool
) -> None:
    """The same certificate, or another one of the same key or alias, as mount and role say."""
    mount, root = await mounted()
    await mount.ask(WRITE, "config", config)
    await mount.role("web", root.pem, token_ttl="10m", **role)
    client = root.issue("web")
    stranger = type(root).root(root.now, "Other")
    others: dict[str, Issued | None] = {
        "same": client,
        "same key": root.issue("web", key=client.key),
        "same key, other name": root.issue("other", key=client.key),
        "same name": root.issue("web"),
        "other": root.issue("other"),
        "none": None,
        "stranger": stranger.issue("web", key=client.key),
    }
    auth = await mount.log_in(client)
    await mount.role("web", root.pem, token_ttl="20m")
    if enters:
        assert (await mount.renewed(others[shown], auth)).token.ttl_s == 1200
        return
    with pytest.raises(InvalidRequest, match=REFUSED):
        await mount.renewed(others[shown], auth)


async def test_a_renewal_is_the_roles_to_grant() -> None:
    """Not without the role, not against its constraints, and not with other policies; without any policy it is."""
    mount, root = await mounted()
    client = root.issue("web")
    await mount.role("web", root.pem)
    auth = await mount.log_in(client)
    await mount.renewed(client, auth)
    await mount.role("other", root.pem)
    for change, told in (
        ({"token_policies": "a"}, "policies have changed"),
        ({"token_policies": "", "allowed_common_names": "x"}, "does not meet allowed_common_names"),
    ):
        await mount.role("web", root.pem, **change)
        with pytest.raises(InvalidRequest, match=told):
            await mount.renewed(client, auth)
    await mount.ask(DELETE, "certs/web")
    with pytest.raises(InvalidRequest, match="the role no longer exists, not renewing"):
        await mount.renewed(client, auth)
    await mount.ask(WRITE, "config", {"disable_binding": True})
    with pytest.raises(InvalidRequest, match="the role no longer exists, not renewing"):
        await mount.renewed(client, auth)


async def test_a_mount_that_keeps_policies_still_wants_the_certificate() -> None:
    """What the mount may decide is raised last: a client without the certificate doesn't get that far."""
    mount, root = await mounted()
    client = root.issue("web")
    await mount.role("web", root.pem)
    auth = await mount.log_in(client)
    await mount.role("web", root.pem, token_policies="a")
    with pytest.raises(PoliciesChanged):
        await mount.renewed(client, auth)
    for other in (None, root.issue("other")):
        with pytest.raises(InvalidRequest, match=REFUSED):
            await mount.renewed(other, auth)


async def test_an_expired_certificate_renews_nothing() -> None:
    """Even if it is the one that the token was given for."""
    mount, root = await mounted()
    await mount.role("web", root.pem)
    client = root.issue("web", days=1)
    auth = await mount.log_in(client)
    mount.clock.advance(2 * 86400)
    with pytest.raises(InvalidRequest, match="has expired"):
        await mount.renewed(client, auth)
