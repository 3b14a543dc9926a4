"""Settings of a key change, and its versions are limited and trimmed."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.transit import Transit
from strongroom.testing.server import PluginServer

FORCED = "since Vault 0.3 (prior to the OpenBao fork), transit key numbering starts at 1; forcing minimum to 1"
LIMITS = ("min_available_version", "min_decryption_version", "min_encryption_version")


async def with_versions(count: int, **settings: Any) -> PluginServer:
    """A server with a key `k` of so many versions."""
    server = await PluginServer.start(Transit)
    await server.ok("POST", "transit/keys/k", settings)
    for _ in range(count - 1):
        await server.ok("POST", "transit/keys/k/rotate")
    return server


async def limits(server: PluginServer) -> tuple[int, ...]:
    """The oldest versions that are kept, decrypt, and encrypt."""
    data = (await server.ok("GET", "transit/keys/k")).data
    return tuple(data[name] for name in LIMITS)


@pytest.mark.parametrize(
    ("settings", "expected", "warnings"),
    [
        ({}, (0, 1, 0), None),
        ({"min_decryption_version": 2}, (0, 2, 0), None),
        ({"min_decryption_version": 0}, (0, 1, 0), [FORCED]),
        ({"min_encryption_version": 3}, (0, 1, 3), None),
        ({"min_decryption_version": 3, "min_encryption_version": 3}, (0, 3, 3), None),
        ({"min_decryption_version": "2", "min_encryption_version": "0"}, (0, 2, 0), None),
    ],
)
async def test_minimum_versions_are_set(
    settings: dict[str, Any], expected: tuple[int, ...], warnings: list[str] | None
) -> None:
    """The answer is the key as it is now; a minimum of 0 for decryption becomes 1, with a warning."""
    server = await with_versions(3)
    reply = await server.ok("POST", "transit/keys/k/config", settings)
    assert reply.body["warnings"] == warnings
    assert tuple(reply.data[name] for name in LIMITS) == expected == await limits(server)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"min_decryption_version": -1}, "min decryption version cannot be negative"),
        ({"min_encryption_version": -1}, "min encryption version cannot be negative"),
        ({"min_decryption_version": 4}, "cannot set min decryption version of 4, latest key version is 3"),
        ({"min_encryption_version": 4}, "cannot set min encryption version of 4, latest key version is 3"),
        (
            {"min_decryption_version": 3, "min_encryption_version": 2},
            "cannot set min encryption/decryption values; min encryption version of 2 must be greater than or equal to "
            "min decryption version of 3",
        ),
        ({"auto_rotate_period": "30m"}, "auto rotate period must be 0 to disable or at least an hour"),
        ({"auto_rotate_period": ""}, "the duration is empty"),
        ({"allowed_operations": []}, "allowed_operations is empty"),
        ({"allowed_operations": ["fly"]}, "allowed_operations has no fly"),
        ({"min_decryption_version": "x"}, "cannot parse value as 'int'"),
    ],
)
async def test_a_setting_that_is_refused_changes_nothing(settings: dict[str, Any], text: str) -> None:
    """One bad value refuses the whole request."""
    server = await with_versions(3)
    before = (await server.ok("GET", "transit/keys/k")).data
    reply = await server.ask("POST", "transit/keys/k/config", {"deletion_allowed": True, **settings})
    assert reply.status == 400
    assert text in reply.error
    assert (await server.ok("GET", "transit/keys/k")).data == before


async def test_null_takes_no_protection_away() -> None:
    """Clients send null for what their caller left out: versions stay shut off, and the rotation stays."""
    server = await with_versions(3)
    settings = {
        "min_decryption_version": 3,
        "min_encryption_version": 3,
        "auto_rotate_period": "24h",
        "allowed_operations": ["encrypt"],
        "deletion_allowed": True,
        "exportable": True,
        "allow_plaintext_backup": False,
    }
    before = (await server.ok("POST", "transit/keys/k/config", settings)).data
    nulls = dict.fromkeys(settings)
    reply = await server.ok("POST", "transit/keys/k/config", nulls)
    assert (reply.data, reply.body["warnings"]) == (before, None)
    reply = await server.ask("POST", "transit/keys/k/trim", {"min_available_version": None})
    assert (reply.status, reply.error) == (400, "minimum available version should be positive")


@pytest.mark.parametrize("flag", ["exportable", "allow_plaintext_backup"])
async def test_a_flag_that_lets_keys_out_never_goes_back(flag: str) -> None:
    """Once true it stays true, and who turns it round is told so."""
    server = await with_versions(1)
    for value, warnings in (
        (False, None),
        (True, None),
        (False, [f"{flag} stays true: once set, it cannot be disabled"]),
    ):
        reply = await server.ok("POST", "transit/keys/k/config", {flag: value})
        assert reply.body["warnings"] == warnings
    assert (await server.ok("GET", "transit/keys/k")).data[flag] is True
    assert (await server.ok("POST", "transit/keys/k/config", {"deletion_allowed": True})).data[flag] is True


async def test_a_misspelt_flag_is_told() -> None:
    """`allow_deletion` is nothing; the answer asks whether `deletion_allowed` was meant."""
    server = await with_versions(1)
    reply = await server.ok("POST", "transit/keys/k/config", {"allow_deletion": True})
    assert reply.data["deletion_allowed"] is False
    assert 'Did you mean "deletion_allowed" instead of "allow_deletion"?' in reply.body["warnings"]


async def test_operations_are_limited_and_allowed_again() -> None:
    """A read names the allowed operations, in one order, unless all are."""
    server = await with_versions(1, allowed_operations="verify,sign")
    assert (await server.ok("GET", "transit/keys/k")).data["allowed_operations"] == ["sign", "verify"]
    reply = await server.ok("POST", "transit/keys/k/config", {"allowed_operations": ["decrypt"]})
    assert reply.data["allowed_operations"] == ["decrypt"]
    reply = await server.ok("POST", "transit/keys/k/config", {"allowed_operations": ["*", "decrypt"]})
    assert "allowed_operations" not in reply.data


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("POST", "config", "no existing key named k could be found"),
        ("POST", "rotate", "key not found"),
        ("POST", "trim", "invalid key name"),
        ("DELETE", "soft-delete", "key not found"),
        ("POST", "soft-delete-restore", "key not found"),
    ],
)
async def test_a_key_that_there_is_not_cannot_be_changed(method: str, path: str, text: str) -> None:
    """Each is a 400, and makes no key."""
    server = await PluginServer.start(Transit)
    reply = await server.ask(method, f"transit/keys/k/{path}", {} if method == "POST" else None)
    assert (reply.status, reply.error) == (400, text)
    assert (await server.ask("LIST", "transit/keys")).status == 404


@pytest.mark.parametrize(
    ("settings", "available", "text"),
    [
        ({}, 1, "minimum available version cannot be set when minimum encryption version is not set"),
        ({}, -1, "minimum available version cannot be decremented"),
        ({}, None, "missing min_available_version"),
        ({"min_encryption_version": 3}, 0, "minimum available version should be positive"),
        ({"min_encryption_version": 3}, 4, "cannot be greater than minimum encryption version"),
        ({"min_encryption_version": 3, "min_decryption_version": 2}, 3, "cannot be greater than minimum decryption"),
    ],
)
async def test_a_key_is_trimmed_only_below_both_minimums(
    settings: dict[str, int], available: int | None, text: str
) -> None:
    """A version that may still encrypt or decrypt is never deleted."""
    server = await with_versions(4)
    await server.ok("POST", "transit/keys/k/config", settings)
    body = {} if available is None else {"min_available_version": available}
    reply = await server.ask("POST", "transit/keys/k/trim", body)
    assert reply.status == 400
    assert text in reply.error
    assert await limits(server) == (
        0,
        settings.get("min_decryption_version", 1),
        settings.get("min_encryption_version", 0),
    )


async def test_trimmed_versions_are_gone_for_good() -> None:
    """Their numbers are never used again, the minimums can't be set below them, and trimming never goes back."""
    server = await with_versions(4)
    await server.ok("POST", "transit/keys/k/config", {"min_decryption_version": 3, "min_encryption_version": 4})
    reply = await server.ok("POST", "transit/keys/k/trim", {"min_available_version": 3})
    assert tuple(reply.data[name] for name in LIMITS) == (3, 3, 4)
    assert list(reply.data["keys"]) == ["3", "4"]
    assert (await server.ok("POST", "transit/keys/k/trim", {"min_available_version": 3})).status == 200
    lower = await server.ask("POST", "transit/keys/k/trim", {"min_available_version": 2})
    assert lower.error == "minimum available version cannot be decremented"
    for settings, what in (
        ({"min_decryption_version": 2}, "decryption"),
        ({"min_encryption_version": 0}, "encryption"),
    ):
        refused = await server.ask("POST", "transit/keys/k/config", settings)
        assert refused.error == f"min {what} version should not be less than min available version"
    assert (await server.ok("POST", "transit/keys/k/rotate")).data["latest_version"] == 5
