"""`config/est`, and which mount serves the well-known paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.flow.engines.pki.est.world import World, certificates, device, text

ACCESSOR = {"accessor": "a"}


async def test_settings_are_read_as_they_were_written() -> None:
    """All of them, in the form of Vault's documentation; what a request doesn't name stays."""
    world = await World.new(label_to_path_policy={"lab": "sign-verbatim"})
    await world.node.ok("POST", "pki/config/est", {"enable_sentinel_parsing": True, "audit_fields": "csr"})
    found = (await world.node.ok("GET", "pki/config/est")).data
    assert found.pop("last_updated").endswith("Z")
    assert found == {
        "enabled": True,
        "default_mount": True,
        "default_path_policy": "role:web",
        "label_to_path_policy": {"lab": "sign-verbatim"},
        "authenticators": {
            "cert": {"accessor": world.accessors["cert"], "cert_role": ""},
            "userpass": {"accessor": world.accessors["pass"]},
        },
        "enable_sentinel_parsing": True,
        "audit_fields": ["csr"],
    }


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"default_path_policy": ""}, "has to be set where default_mount is"),
        ({"default_path_policy": "role:none"}, 'there is no role "none"'),
        ({"default_path_policy": "verbatim"}, "is neither sign-verbatim nor role:<name>"),
        ({"default_path_policy": "role:a/b"}, "is neither sign-verbatim nor role:<name>"),
        ({"label_to_path_policy": {"lab": "role:none"}}, 'label_to_path_policy lab: there is no role "none"'),
        ({"label_to_path_policy": {"cacerts": "role:web"}}, "no label"),
        ({"label_to_path_policy": {"a/b": "role:web"}}, "one segment of a path"),
        ({"authenticators": {"ldap": ACCESSOR}}, 'not "ldap"'),
        ({"authenticators": {"cert": {}}}, "needs an accessor"),
        ({"authenticators": {"cert": "x"}}, "an object of texts"),
        ({"authenticators": {"userpass": {**ACCESSOR, "cert_role": "x"}}}, "has no field cert_role"),
        ({"audit_fields": ["private_key"]}, "private_key"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(config: dict[str, Any], said: str) -> None:
    """The text names what is wrong, and the settings stay as they were."""
    world = await World.new()
    before = (await world.node.ok("GET", "pki/config/est")).data
    answer = await world.node.ask("POST", "pki/config/est", config)
    assert (answer.status, said in answer.error) == (400, True), answer
    assert (await world.node.ok("GET", "pki/config/est")).data == before


async def test_who_is_disabled_serves_nothing(tmp_path: Path) -> None:
    """Neither below the mount nor at the well-known path, for whom ever."""
    world = await World.new(enabled=False)
    for path in ("/.well-known/est/cacerts", "/v1/pki/est/cacerts"):
        assert (await world.ask("GET", path, basic="")).status == 404
    for path in ("/.well-known/est/simpleenroll", "/v1/pki/est/simpleenroll"):
        assert (await world.enrol(path, device(tmp_path))).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/est/none/cacerts",
        "/.well-known/est/",
        "/.well-known/est",
        "/.well-known/est/a/b/cacerts",
        "/.well-known/x",
    ],
)
async def test_what_nobody_claimed_is_not_there(path: str) -> None:
    """A label that no mount has, and what is no path of EST."""
    world = await World.new()
    assert (await world.ask("GET", path, basic="")).status == 404


async def test_one_mount_serves_the_well_known_path(tmp_path: Path) -> None:
    """Another one can't take it, before the first gives it up or is gone."""
    world = await World.new(label_to_path_policy={"lab": "role:web"})
    node = world.node
    await node.ok("POST", "sys/mounts/pki2", {"type": "pki"})
    await node.ok("POST", "pki2/root/generate/internal", {"common_name": "Second", "key_type": "ec"})
    second = {"enabled": True, "default_mount": True, "default_path_policy": "sign-verbatim"}
    labels = {"enabled": True, "label_to_path_policy": {"lab": "sign-verbatim"}}
    for refused in (second, labels):
        answer = await node.ask("POST", "pki2/config/est", refused)
        assert (answer.status, "another mount serves" in answer.error) == (400, True)
    await world.configure(default_mount=False)
    await node.ok("POST", "pki2/config/est", second)
    assert "CN = Second" in certificates(await world.ask("GET", "/.well-known/est/cacerts", basic=""))
    assert "CN = Root" in certificates(await world.ask("GET", "/.well-known/est/lab/cacerts", basic=""))
    await node.ok("DELETE", "sys/mounts/pki")
    assert (await world.ask("GET", "/.well-known/est/lab/cacerts", basic="")).status == 404
    await node.ok("POST", "pki2/config/est", labels)
    assert "CN = Second" in certificates(await world.ask("GET", "/.well-known/est/lab/cacerts", basic=""))


async def test_namespaces_have_well_known_paths_of_their_own() -> None:
    """A tenant's mount serves the path of the namespace, and never that of another one."""
    world = await World.new()
    node = world.node
    await node.ok("POST", "sys/namespaces/a", {})
    inner = {"x-vault-namespace": "a"}
    await node.ok("POST", "sys/mounts/pki", {"type": "pki"}, headers=inner)
    await node.ok("POST", "pki/root/generate/internal", {"common_name": "Tenant", "key_type": "ec"}, headers=inner)
    settings = {"enabled": True, "default_mount": True, "default_path_policy": "sign-verbatim"}
    await node.ok("POST", "pki/config/est", settings, headers=inner)
    path = "/.well-known/est/cacerts"
    assert "CN = Root" in certificates(await world.ask("GET", path, basic=""))
    assert "CN = Tenant" in certificates(await world.ask("GET", path, basic="", headers=inner))


async def test_a_moved_mount_serves_on(tmp_path: Path) -> None:
    """The well-known path leads to the mount, wherever it is."""
    world = await World.new()
    await world.node.ok("POST", "sys/remount", {"from": "pki", "to": "elsewhere"})
    assert "CN = Root" in certificates(await world.ask("GET", "/.well-known/est/cacerts", basic=""))


async def test_without_a_role_the_request_says_all(tmp_path: Path) -> None:
    """By `sign-verbatim` any name is issued, for who may ask at the mount's own path."""
    world = await World.new(default_path_policy="sign-verbatim", label_to_path_policy={"lab": "sign-verbatim"})
    for path in ("/.well-known/est/simpleenroll", "/.well-known/est/lab/simpleenroll"):
        assert "DNS:other.net" in text(certificates(await world.enrol(path, device(tmp_path, "other.net"))))
    found = await world.node.ok("LIST", "pki/certs/detailed?common_name=other.net")
    assert len(found.data["keys"]) == 2
    assert len((await world.node.ok("LIST", "pki/certs/detailed?name=other.net")).data["keys"]) == 2
