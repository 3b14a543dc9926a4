"""Tidying: what goes, what stays and why."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.pki.roles.records import RoleRecord
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.acme.clients import Client, registered
from tests.flow.engines.pki.revocations import Lists
from tests.flow.engines.pki.stored import keep_role, keys_below, mounted

_HOUR = 3600


async def _mount(ttl_s: int = _HOUR) -> Lists:
    authority = await Lists.new()
    assert isinstance(authority, Lists)
    await keep_role(authority, "any", RoleRecord(allow_any_name=True, key_type="ec", ttl_s=ttl_s))
    return authority


async def _issued(authority: Lists, count: int = 1) -> list[str]:
    return [
        (await authority.write("issue/any", common_name=f"{number}.com"))["serial_number"] for number in range(count)
    ]


async def _tidied(authority: Lists, **fields: Any) -> dict[str, Any]:
    """Start a run, do what is scheduled, and return the status."""
    await authority.write("tidy", **fields)
    return await _done(authority)


async def _done(authority: Lists) -> dict[str, Any]:
    for _ in range(20):
        status = await authority.read("tidy-status")
        if status["state"] not in {"Running", "Cancelling"}:
            return status
        await authority.work()
    raise AssertionError(f"the run doesn't end: {status}")


async def test_expired_certificates_go_with_all_their_rows() -> None:
    """In as many pieces as it takes; others stay, and the status says why."""
    authority = await _mount()
    await _issued(authority, 40)
    await keep_role(authority, "any", RoleRecord(allow_any_name=True, key_type="ec", ttl_s=10 * _HOUR))
    [left] = await _issued(authority)
    authority.mount.clock.advance(_HOUR + 100)

    status = await _tidied(authority, tidy_cert_store=True, safety_buffer=60)
    assert status["state"] == "Finished"
    assert status["cert_store_deleted_count"] == 40
    # The root and the one that is left.
    assert len(await keys_below(authority, "cert/")) == 2
    assert len(await keys_below(authority, "expiry/")) == 2
    assert len(await keys_below(authority, "cert-name/")) == 2
    assert len(await keys_below(authority, "cert-owner/")) == 1
    assert status["kept"]["certificates"] == {"not yet expired": 2, "within safety_buffer": 0}
    assert status["next_eligible_at"] == "2023-11-15T08:14:20Z"
    assert (await authority.mount.data(Operation.LIST, "certs/detailed", {"common_name": "0.com"}))["keys"] == [left]


async def test_counts_of_the_same_names_go_when_they_count_no_more() -> None:
    """Whatever else a run does; those that still count stay."""
    authority = await _mount()
    limited = RoleRecord(allow_any_name=True, key_type="ec", duplicate_limit=2, duplicate_window_s=600)
    await keep_role(authority, "any", limited)
    await _issued(authority, 3)
    authority.mount.clock.advance(601)
    await _issued(authority)
    assert len(await keys_below(authority, "cert-repeat/")) == 3
    assert (await _tidied(authority, tidy_cert_store=True))["state"] == "Finished"
    assert len(await keys_below(authority, "cert-repeat/")) == len(await keys_below(authority, "cert-repeat-end/")) == 1


async def test_a_certificate_stays_for_its_buffer() -> None:
    """It has expired, and the status says when it can go."""
    authority = await _mount()
    await _issued(authority)
    authority.mount.clock.advance(_HOUR + 10)
    status = await _tidied(authority, tidy_cert_store=True)
    assert status["cert_store_deleted_count"] == 0
    assert status["kept"]["certificates"] == {"not yet expired": 1, "within safety_buffer": 1}
    assert status["next_eligible_at"] == "2023-11-17T23:13:20Z"


async def test_revoked_certificates_stay_until_they_have_expired() -> None:
    """Their revocation too: or else somebody takes them for valid."""
    authority = await _mount()
    [serial] = await _issued(authority)
    await authority.write("revoke", serial_number=serial)
    status = await _tidied(authority, tidy_revoked_certs=True, tidy_cert_store=True, safety_buffer=1)
    assert status["revoked_cert_deleted_count"] == 0
    assert status["kept"]["revoked certificates"]["not yet expired"] == 1

    authority.mount.clock.advance(_HOUR + 100)
    status = await _tidied(authority, tidy_cert_store=True, safety_buffer=1)
    assert (status["cert_store_deleted_count"], status["revoked_cert_deleted_count"]) == (1, 0)
    assert (await authority.read(f"cert/{serial}"))["revocation_time"] > 0

    status = await _tidied(authority, tidy_revoked_certs=True, safety_buffer=1)
    assert status["revoked_cert_deleted_count"] == 1
    with pytest.raises(NotFound):
        await authority.read(f"cert/{serial}")
    assert not await keys_below(authority, "revoked/")


async def test_revocations_of_certificates_that_were_never_stored_go_too() -> None:
    """They stand in the index by time from then on."""
    authority = await _mount()
    await keep_role(authority, "none", RoleRecord(allow_any_name=True, key_type="ec", ttl_s=_HOUR, no_store=True))
    issued = await authority.write("issue/none", common_name="a.com")
    await authority.write("revoke", certificate=issued["certificate"])
    authority.mount.clock.advance(_HOUR + 100)
    status = await _tidied(authority, tidy_revoked_certs=True, safety_buffer=1)
    assert status["revoked_cert_deleted_count"] == 1
    assert not await keys_below(authority, "revoked/")
    assert len(await keys_below(authority, "expiry/")) == 1


async def test_one_run_at_a_time_which_can_be_cancelled() -> None:
    """What was removed until then stays removed."""
    authority = await _mount()
    assert "none is currently running" in (await authority.answer("tidy-cancel")).warnings[0]
    first = await authority.answer("tidy", tidy_cert_store=True)
    assert first.status == 202
    assert (await authority.answer("tidy", tidy_cert_store=True)).warnings == ["Tidy operation already in progress."]
    assert (await authority.write("tidy-cancel"))["state"] == "Cancelling"
    assert (await _done(authority))["state"] == "Cancelled"
    assert (await _tidied(authority, tidy_cert_store=True))["state"] == "Finished"


async def test_a_run_without_anything_to_do_says_so() -> None:
    """The client has probably forgotten a field."""
    authority = await _mount()
    answer = await authority.answer("tidy")
    assert "no tidy operations were set" in answer.warnings[0]
    assert (await _done(authority))["state"] == "Finished"


async def test_expired_issuers_go_after_their_buffer() -> None:
    """Their keys stay."""
    authority = await _mount()
    await authority.write("root/generate/internal", common_name="Old", key_type="ec", ttl=60)
    authority.mount.clock.advance(100)
    status = await _tidied(authority, tidy_expired_issuers=True)
    assert status["issuers_deleted_count"] == 0
    status = await _tidied(authority, tidy_expired_issuers=True, issuer_safety_buffer=1)
    assert status["issuers_deleted_count"] == 1
    assert len(await keys_below(authority, "issuer/")) == 1
    assert len(await keys_below(authority, "key/")) == 2


async def test_accounts_of_acme_are_counted() -> None:
    """Those that there were when the run came to them; a run that leaves them alone counts none."""
    first = await registered()
    for _ in range(16):
        assert (await Client(first.server).register()).status == 201
    authority = Lists(first.server.mount)
    names = ("total_acme_account_count", "acme_account_revoked_count", "acme_account_deleted_count")
    for fields, counts in (
        ({"tidy_cert_store": True}, (0, 0, 0)),
        ({"tidy_acme": True}, (17, 17, 0)),
        ({"tidy_acme": True}, (17, 0, 17)),
        ({"tidy_acme": True}, (0, 0, 0)),
    ):
        authority.later(120)
        status = await _tidied(authority, acme_account_safety_buffer=60, **fields)
        assert tuple(status[name] for name in names) == counts


async def test_a_mount_tidies_itself() -> None:
    """New mounts do, after an interval; the next run is an interval after the last one."""
    authority = await _mount()
    await mounted(authority)
    config = await authority.read("config/auto-tidy")
    assert config["enabled"] and config["tidy_cert_store"] and config["tidy_revoked_certs"]
    assert await authority.scheduled("tidy/auto") == authority.mount.clock.now() + 43_200
    await _issued(authority)
    authority.mount.clock.advance(5 * 86_400)
    await authority.work()
    assert (await _done(authority))["cert_store_deleted_count"] == 1
    assert await authority.scheduled("tidy/auto") == authority.mount.clock.now() + 43_200
    await authority.write("config/auto-tidy", enabled=False)
    assert await authority.scheduled("tidy/auto") is None


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("tidy", {"safety_buffer": 0}, "safety_buffer must be greater than zero"),
        ("tidy", {"issuer_safety_buffer": 0}, "issuer_safety_buffer must be greater than zero"),
        ("tidy", {"revoked_safety_buffer": 0}, "revokedSafetyBuffer must be greater than zero"),
        ("tidy", {"acme_account_safety_buffer": 0}, "acme_account_safety_buffer must be greater than zero"),
        ("tidy", {"safety_buffer": "999999h"}, "at most a hundred years"),
        ("tidy", {"pause_duration": "x"}, "Error parsing pause_duration"),
        ("tidy", {"pause_duration": "-1s"}, "negative pause_duration"),
        ("tidy", {"pause_duration": "1h"}, "at most 60s"),
        ("config/auto-tidy", {"enabled": True}, "no tidy operations were requested"),
        ("config/auto-tidy", {"safety_buffer": 0}, "must be at least one second; got: 0"),
        ("config/auto-tidy", {"page_size": 0}, "page_size must be at least 5"),
        ("config/auto-tidy", {"pause_duration": "x"}, "unable to parse given pause_duration"),
        ("config/auto-tidy", {"publish_stored_certificate_count_metrics": True}, "Can not publish"),
    ],
)
async def test_settings_that_there_cannot_be_are_refused(path: str, fields: dict[str, Any], text: str) -> None:
    """And change nothing."""
    authority = await _mount()
    before = await authority.mount.rows()
    with pytest.raises(InvalidRequest, match=text):
        await authority.write(path, **fields)
    assert await authority.mount.rows() == before
