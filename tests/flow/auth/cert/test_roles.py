"""Roles and the mount's settings."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from strongroom.lib.errors import InvalidRequest, NotFound, UnsupportedPath
from tests.flow.auth.cert.showing import DELETE, LIST, READ, WRITE, mounted
from tests.sim.pki import Authority
from tests.sim.pki.authority import SERVER, make


async def test_roles_are_kept() -> None:
    """What isn't given stays; names are in lower case; lists come in pages; deleted ones are gone."""
    mount, root = await mounted()
    assert await mount.role("Web", root.pem, allowed_names="a,b", policies="x", period="5m", lease=60) is None
    await mount.role("bob", root.pem)
    await mount.ask(WRITE, "certs/web", {"display_name": "shown", "ocsp_this_update_max_age": "12h"})
    shown = await mount.data(READ, "certs/WEB")
    assert (shown["allowed_names"], shown["display_name"], shown["policies"]) == (["a", "b"], "shown", ["x"])
    assert (shown["token_period"], shown["period"], shown["token_ttl"], shown["ttl"]) == (300, 300, 60, 60)
    assert (shown["ocsp_this_update_max_age"], shown["ocsp_max_retries"], shown["allowed_dns_sans"]) == (43200, 4, None)
    await mount.ask(WRITE, "certs/web", {"token_period": 0, "token_ttl": 30, "lease": 99, "allowed_names": ""})
    shown = await mount.data(READ, "certs/web")
    assert ("period" in shown, shown["token_period"], shown["token_ttl"], shown["allowed_names"]) == (False, 0, 30, [])
    assert await mount.data(LIST, "certs") == {"keys": ["bob", "web"]}
    assert await mount.data(LIST, "certs", {"after": "bob", "limit": 1}) == {"keys": ["web"]}
    await mount.ask(DELETE, "certs/WEB")
    for operation, path in ((READ, "certs/web"), (READ, "certs/none")):
        with pytest.raises(NotFound):
            await mount.ask(operation, path)
    for operation in (READ, WRITE, DELETE):
        with pytest.raises(UnsupportedPath):
            await mount.ask(operation, "certs/a@b", {"certificate": root.pem})


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"certificate": ""}, "failed to parse certificate: it is no certificate in PEM"),
    ({"certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "it is malformed"),
    ({"certificate": "{root}-----BEGIN CERTIFICATE-----\ncut off"}, "it is no certificate in PEM"),
    ({"certificate": "{server}"}, "nonCA certificates should have TLS client authentication"),
    ({"certificate": "{weak}"}, "has an RSA key of 1024 bits, which is too short"),
    ({"required_extensions": "1.2.3"}, 'required_extensions: "1.2.3" is neither'),
    ({"required_extensions": "hex:1.2.3"}, 'required_extensions: "hex:1.2.3" is neither'),
    ({"required_extensions": "x:y"}, 'required_extensions: "x:y" is neither'),
    ({"allowed_metadata_extensions": "x"}, 'allowed_metadata_extensions: "x" is no object identifier'),
    ({"allowed_metadata_extensions": [f"1.2.{n}" for n in range(60)]}, "has more than 59 items"),
    ({"allowed_names": ["x" * 513]}, "an item of allowed_names is longer than 512 bytes"),
    ({"display_name": "x" * 513}, "display_name is longer than 512 bytes"),
    ({"alias_name_source": "x"}, "alias_name_source must be one of common_name, uri_san"),
    ({"binding": "x"}, "binding must be empty or one of certificate"),
    ({"ocsp_servers_override": "ftp://x"}, "ocsp_servers_override must be a URL"),
    ({"ocsp_servers_override": "http://a:b@x"}, "must not hold a user's name or password"),
    ({"ocsp_servers_override": ["http://x"] * 17}, "has more than 16 items"),
    ({"ocsp_max_retries": 11}, "ocsp_max_retries must be from 0 to 10"),
    ({"ocsp_max_retries": -1}, "ocsp_max_retries must be from 0 to 10"),
    ({"ocsp_ca_certificates": "x"}, "failed to parse ocsp_ca_certificates: it is no certificate in PEM"),
    ({"token_ttl": "2h", "token_max_ttl": "1h"}, "'token_ttl' cannot be greater than 'token_max_ttl'"),
]


@pytest.mark.parametrize(("settings", "told"), WRONG)
async def test_what_no_role_can_be(settings: dict[str, Any], told: str) -> None:
    """It is refused when it is written, and changes nothing."""
    mount, root = await mounted()
    texts = {
        "root": root.pem,
        "server": root.issue(usages=SERVER).pem,
        "weak": make(root.now, "weak", None, key=rsa.generate_private_key(65537, 1024)).pem,
    }
    await mount.role("web", root.pem)
    before = await mount.data(READ, "certs/web")
    given = {name: value.format(**texts) if name == "certificate" else value for name, value in settings.items()}
    with pytest.raises(InvalidRequest) as refused:
        await mount.ask(WRITE, "certs/web", given)
    assert told in refused.value.text
    assert await mount.data(READ, "certs/web") == before


async def test_what_keeps_clients_out_is_told_at_once() -> None:
    """Expired certificates, a missing issuer, authorities that aren't for clients, a file with its authorities."""
    mount, root = await mounted()
    between = root.below("Between")
    for certificate, told in (
        (Authority.root(root.now, "Old", days=-1).pem, 'The certificate "Old" has expired'),
        (Authority.root(root.now, "New", age_days=-1).pem, 'The certificate "New" is not valid yet'),
        (make(root.now, "own", None, days=-1).pem, 'The certificate "own" has expired'),
        (between.pem, 'The issuer of "Between" (CN=Root) isn\'t among the certificates'),
        (Authority.root(root.now, "S", usages=SERVER).pem, 'The extended key usage of "S" lacks client authentication'),
        (root.issue("leaf").pem + root.pem, "The authorities behind the client's certificate aren't trusted"),
    ):
        response = await mount.role("web", certificate)
        assert [warning[: len(told)] for warning in response.warnings] == [told]
    for certificate in (root.pem, between.pem + root.pem, root.issue("leaf").pem):
        assert await mount.role("web", certificate) is None
    response = await mount.role("web", root.pem, token_ttl="9000h", token_max_ttl="9001h", token_period="9002h")
    assert [warning.split(" of ")[0] for warning in response.warnings] == ["Given ttl", "Given max_ttl", "Given period"]


async def test_the_mounts_settings() -> None:
    """Defaults, changes of single ones, and what they can't be."""
    mount, _ = await mounted()
    defaults = {
        "disable_binding": False,
        "binding": "certificate",
        "enable_identity_alias_metadata": False,
        "enable_metadata_on_failures": False,
        "ocsp_cache_size": 100,
        "role_cache_size": 200,
    }
    assert await mount.data(READ, "config") == defaults
    await mount.ask(WRITE, "config", {"disable_binding": "true", "role_cache_size": -1})
    assert await mount.data(READ, "config") == {**defaults, "disable_binding": True, "role_cache_size": -1}
    for wrong, told in (
        ({"ocsp_cache_size": 1}, "invalid cache size, must be >= 2 and <= 100000"),
        ({"ocsp_cache_size": 100_001}, "invalid cache size"),
        ({"role_cache_size": -2}, "invalid role_cache_size"),
        ({"binding": "x"}, "binding must be one of certificate, public_key, alias"),
    ):
        with pytest.raises(InvalidRequest, match=told):
            await mount.ask(WRITE, "config", wrong)
