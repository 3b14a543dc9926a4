"""Settings of mounts."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import fill
from strongroom.services.mounts.records import Lockout, MountConfig
from strongroom.services.mounts.tuning import (
    AUTH,
    SECRET,
    ConfigBody,
    EnableConfigBody,
    enabled,
    options_with,
    shown,
    shown_tuning,
    tuned,
)

MAX_S = 2_764_800


def tune(config: MountConfig, table: str = SECRET, type_: str = "kv", path: str = "m/", **given: object) -> MountConfig:
    """The settings after a tuning."""
    return tuned(config, fill(ConfigBody, given), table, path, type_)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"default_lease_ttl": "x"}, 'unable to parse default TTL of x: time: invalid duration "x"'),
        ({"max_lease_ttl": "x"}, 'unable to parse max TTL of x: time: invalid duration "x"'),
        ({"default_lease_ttl": "2h", "max_lease_ttl": "1h"}, "given default lease TTL greater than given max"),
        ({"default_lease_ttl": "9999h"}, f"greater than system max lease TTL of {MAX_S}"),
        ({"listing_visibility": "x"}, "invalid listing_visibility x"),
        ({"plugin_version": "v1.2.3"}, "cannot select non-builtin version of secrets plugin kv"),
        ({"passthrough_request_headers": "X-Vault-Token"}, "an engine never sees"),
    ],
)
def test_a_new_mount_refuses(given: dict[str, object], text: str) -> None:
    """Values that can't be read or don't fit together, in the reference server's words."""
    with pytest.raises(InvalidRequest) as caught:
        enabled(fill(EnableConfigBody, given), SECRET, "kv", MAX_S)
    assert text in caught.value.text


def test_the_longest_lease_may_be_over_the_servers() -> None:
    """A mount's own maximum is its own affair."""
    assert enabled(fill(EnableConfigBody, {"max_lease_ttl": "9999h"}), SECRET, "kv", MAX_S).max_lease_ttl_s == 35996400


def test_times_are_checked_together() -> None:
    """A tuned time has to fit the one that stays; `system` goes back to the server's, and empty changes nothing."""
    config = tune(MountConfig(), default_lease_ttl="1h", max_lease_ttl=7200)
    for given in ({"default_lease_ttl": "3h"}, {"max_lease_ttl": "30m"}):
        with pytest.raises(InvalidRequest, match="would be less than backend default"):
            tune(config, **given)
    assert tune(config, default_lease_ttl="") == config
    assert tune(config, default_lease_ttl="system").default_lease_ttl_s == 0


def test_lists_are_replaced_and_cleared() -> None:
    """An empty list takes the setting away, and it is no longer shown."""
    config = tune(MountConfig(), audit_non_hmac_request_keys=["a", "b"], allowed_response_headers="X,Y")
    assert shown(config, SECRET)["audit_non_hmac_request_keys"] == ["a", "b"]
    assert shown(config, SECRET)["allowed_response_headers"] == ["X", "Y"]
    assert "audit_non_hmac_request_keys" not in shown(tune(config, audit_non_hmac_request_keys=[]), SECRET)


def test_the_kind_of_token_is_for_auth_methods() -> None:
    """Others refuse it, and so does the token mount itself."""
    assert tune(MountConfig(), AUTH, "userpass", token_type="batch").token_type == "batch"
    with pytest.raises(InvalidRequest, match="only be modified on auth mounts"):
        tune(MountConfig(), token_type="batch")
    with pytest.raises(InvalidRequest, match="cannot be set for 'token'"):
        tune(MountConfig(), AUTH, "token", "token/", token_type="batch")
    with pytest.raises(InvalidRequest, match="invalid value for 'token_type'"):
        tune(MountConfig(), AUTH, "userpass", token_type="x")


def test_lockouts_are_put_together() -> None:
    """What a tuning doesn't name stays; all of it is shown once something is set."""
    config = tune(MountConfig(), AUTH, "userpass", user_lockout_config={"lockout_threshold": "3"})
    config = tune(config, AUTH, "userpass", user_lockout_config={"lockout_disable": True, "lockout_duration": "10m"})
    assert config.lockout == Lockout(threshold=3, duration_s=600, disabled=True)
    assert shown_tuning(config, AUTH, 1, 2) == {
        "default_lease_ttl": 1,
        "force_no_cache": False,
        "max_lease_ttl": 2,
        "token_type": "default-service",
        "user_lockout_counter_reset_duration": 0,
        "user_lockout_disable": True,
        "user_lockout_duration": 600,
        "user_lockout_threshold": 3,
    }
    for wrong in ({"lockout_threshold": "x"}, {"lockout_threshold": "-1"}, {"lockout_duration": "-1h"}):
        with pytest.raises(InvalidRequest):
            tune(config, AUTH, "userpass", user_lockout_config=wrong)
    with pytest.raises(InvalidRequest, match="not allowed"):
        tune(MountConfig(), user_lockout_config={"lockout_threshold": "3"})


def test_versions_go_up_only() -> None:
    """Options are put into those that there are; a version is a number that doesn't fall."""
    assert options_with({}, {"other": "x"}, "kv") == ({"other": "x"}, None)
    assert options_with({"a": "b"}, {"version": "2"}, "kv") == ({"a": "b", "version": "2"}, (1, 2))
    assert options_with({"version": "2"}, {"version": "2"}, "kv")[1] is None
    with pytest.raises(InvalidRequest, match="cannot downgrade mount from version 2"):
        options_with({"version": "2"}, {"version": "1"}, "kv")
    with pytest.raises(InvalidRequest, match="unable to parse options"):
        options_with({}, {"version": "x"}, "kv")
