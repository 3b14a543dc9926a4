"""What clients ask about features of other servers gets the answer that they expect where the feature isn't there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.node import TestNode

DISABLED = {"mode": "disabled"}


@pytest.mark.parametrize(
    ("path", "token", "wanted"),
    [
        ("sys/activation-flags", "", {"activated": [], "unactivated": []}),
        ("sys/experiments", None, {"available": [], "enabled": []}),
        ("sys/license/status", None, {"autoloading_used": False}),
        ("sys/license/features", None, {"features": []}),
        ("sys/replication/status", "", {**DISABLED, "dr": DISABLED, "performance": DISABLED}),
        ("sys/replication/dr/status", "", DISABLED),
        ("sys/replication/performance/status", "", DISABLED),
        ("sys/sealwrap/rewrap", None, {"entries": {"failed": 0, "processed": 0, "succeeded": 0}, "is_running": False}),
        ("sys/plugins/pins", None, {"pinned_versions": []}),
        ("sys/plugins/reload/backend/status?reload_id=x", None, {"reload_id": "x", "results": {}}),
    ],
)
async def test_a_feature_that_is_not_there_is_disabled(path: str, token: str | None, wanted: dict[str, Any]) -> None:
    """With or without a token, as it is documented."""
    node = await TestNode.start()
    assert (await node.ok("GET", path, token=token)).data == wanted
    if token is None:
        assert (await node.ask("GET", path, token="")).status == 403


async def test_flags_and_seals_are_told_without_an_envelope() -> None:
    """By the first requests of an interface, before anybody has a token."""
    node = await TestNode.start()
    assert (await node.ok("GET", "sys/internal/ui/feature-flags", token="")).body == {"feature-flags": []}
    sealed = (await node.ok("GET", "sys/seal-backend-status", token="")).body
    assert sealed == {"healthy": True, "backends": [{"name": "shamir", "healthy": True}]}
    assert (await node.ok("LIST", "sys/plugins/runtimes/catalog")).data == {"runtimes": []}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "sys/sealwrap/rewrap", None, 204),
        ("POST", "sys/config/reload/license", None, 204),
        ("POST", "sys/config/reload/nosuch", None, 404),
        ("GET", "sys/plugins/pins/secret/kv", None, 404),
        ("POST", "sys/plugins/pins/secret/kv", {"version": "v1.0.0"}, 400),
        ("DELETE", "sys/plugins/pins/secret/kv", None, 204),
        ("GET", "sys/plugins/reload/backend/status", None, 400),
        ("POST", "sys/plugins/reload/secret/kv", {}, 200),
        ("POST", "sys/plugins/reload/unknown/kv", {"scope": "global"}, 200),
        ("POST", "sys/plugins/reload/auth/kv", {}, 400),
        ("POST", "sys/plugins/reload/secret/nosuch", {}, 400),
        ("POST", "sys/plugins/reload/nosuch/kv", {}, 400),
        ("POST", "sys/plugins/reload/secret/kv", {"scope": "here"}, 400),
        ("POST", "sys/plugins/reload/secret/system", {}, 400),
        ("GET", "sys/plugins/runtimes/catalog/container/x", None, 404),
        ("POST", "sys/plugins/runtimes/catalog/container/x", {"cpu_nanos": 1}, 400),
        ("DELETE", "sys/plugins/runtimes/catalog/container/x", None, 204),
        ("GET", "sys/well-known", None, 404),
        ("LIST", "sys/well-known", None, 404),
        ("GET", "sys/well-known/est", None, 404),
    ],
)
async def test_changes_are_refused_or_have_nothing_to_do(method: str, path: str, body: Any, status: int) -> None:
    """Nothing that can't be kept is taken."""
    node = await TestNode.start()
    assert (await node.ask(method, path, body)).status == status


async def test_the_version_is_told_to_who_has_a_token() -> None:
    """Not to strangers, whom it would help to choose an attack."""
    node = await TestNode.start()
    assert set((await node.ok("GET", "sys/internal/ui/version")).data) == {"version"}
    assert (await node.ask("GET", "sys/internal/ui/version", token="")).status == 403


async def test_well_known_paths_name_their_mounts() -> None:
    """Each with its mount, in its namespace; those of a mount that was disabled are gone."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/pki", {"type": "pki"})
    root = {"common_name": "Authority", "key_type": "ec", "key_bits": 256}
    await node.ok("POST", "pki/root/generate/internal", root)
    await node.ok("POST", "pki/roles/dev", {"allow_any_name": True})
    settings = {"enabled": True, "default_mount": True, "default_path_policy": "role:dev"}
    await node.ok("POST", "pki/config/est", settings)
    found = (await node.ok("GET", "sys/well-known")).data
    assert found["keys"] == sorted(found["key_info"])
    label = found["keys"][0]
    claim = (await node.ok("GET", f"sys/well-known/{label}")).data
    assert claim == {"label": label, **found["key_info"][label]}
    assert claim["mount_path"] == "pki/"
    await node.ok("DELETE", "sys/mounts/pki")
    assert (await node.ask("LIST", "sys/well-known")).status == 404
