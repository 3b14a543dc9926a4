"""The table of `status`, of a server by itself and of one of several nodes."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.cli.status import rows

OPEN = {"type": "shamir", "initialized": True, "sealed": False, "t": 3, "n": 5, "version": "1", "storage_type": "etcd"}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"ha_enabled": False}, {}),
        ({"ha_enabled": True, "is_self": True}, {"HA Cluster": "n/a", "HA Mode": "active"}),
        (
            {"ha_enabled": True, "is_self": True, "active_time": "2026-01-02T03:04:05Z"},
            {"HA Cluster": "n/a", "HA Mode": "active", "Active Since": "2026-01-02T03:04:05Z"},
        ),
        (
            {"ha_enabled": True, "is_self": False, "leader_cluster_address": "https://a:8201"},
            {"HA Cluster": "https://a:8201", "HA Mode": "standby", "Active Node Address": "<none>"},
        ),
    ],
)
def test_what_is_told_of_the_cluster(said: dict[str, Any], shown: dict[str, str]) -> None:
    """Where every node is active, none says since when: the line is left out, as other clients leave it out."""
    found = dict(rows({**OPEN, **said}))
    assert found["HA Enabled"] == str(said["ha_enabled"]).lower()
    assert {name: found[name] for name in [*found][[*found].index("HA Enabled") + 1 :]} == shown
