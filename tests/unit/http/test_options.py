"""What a listener leaves out of the answers that need no token."""

from __future__ import annotations

from strongroom.http.options import Redaction

LEADER = {"ha_enabled": True, "leader_address": "https://a:8200", "leader_cluster_address": "https://a:8201"}
STATUS = {"sealed": False, "version": "1.21.0", "commit_date": "2025-01-01", "cluster_name": "c", "cluster_id": "i"}


def test_addresses() -> None:
    """Both addresses of the leader are emptied, and nothing else."""
    redaction = Redaction(addresses=True)
    assert redaction.of(LEADER) == {"ha_enabled": True, "leader_address": "", "leader_cluster_address": ""}
    assert redaction.of(STATUS) == STATUS


def test_version() -> None:
    """The version and its date are emptied: either tells which faults are open."""
    assert Redaction(version=True).of(STATUS) == STATUS | {"version": "", "commit_date": ""}


def test_cluster_name() -> None:
    """The name goes altogether, as for a cluster without one; the id stays."""
    redacted = Redaction(cluster_name=True).of(STATUS)
    assert "cluster_name" not in redacted
    assert redacted["cluster_id"] == "i"
