"""The commands by which somebody takes back what was issued."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.cli.answering import answering
from tests.unit.cli.test_lease_search import run

REPORT: dict[str, Any] = {"state": "clearing", "total": 3, "leases_left": 1, "failing": [], "namespaces_left": 1}


def counted(after: str, count: int) -> dict[str, Any]:
    """A dry run's answer."""
    found = {"tokens": {"auth/up/": count}}
    return {"data": {"found": found, "undetermined": {}, "after": after, "ends_own_token": not after}}


def test_what_is_given_is_sent() -> None:
    """Each option under its name, and what isn't given not at all."""
    with answering({}, otherwise={"data": {"id": "w", "state": "counting"}}) as server:
        words = ["-network=192.0.2.1", "-network=2001:db8::/32", "-since=24h", "-block", "-entity-id=e", "-role=r"]
        done = run(server, "break-glass", "revoke", *words, "-mount=auth/up")
        assert (done.returncode, "status w" in done.stdout) == (0, True), done.stderr
        networks = ["192.0.2.1", "2001:db8::/32"]
        texts = {"since": "24h", "entity_id": "e", "role": "r", "mount": "auth/up"}
        assert server.bodies == [{**texts, "network": networks, "block": True}]
        assert server.asked == ["PUT /v1/sys/revoke-issued"]


def test_a_dry_run_goes_on_until_all_is_counted() -> None:
    """What several answers have is added up."""
    with answering({}, otherwise=counted("", 2)) as server:
        done = run(server, "break-glass", "revoke", "-dry-run", "-mount=auth/up", "-format=json")
        assert json.loads(done.stdout) == {
            "found": {"tokens auth/up/": 2},
            "undetermined": {},
            "total": 2,
            "ends_own_token": True,
        }
        assert server.bodies == [{"mount": "auth/up", "dry_run": True, "after": ""}]
        shown = run(server, "break-glass", "revoke", "-dry-run", "-mount=auth/up")
        assert "2  tokens auth/up/" in shown.stdout
        assert "-including-own" in shown.stderr


def test_waiting_ends_when_all_is_cleared_or_what_is_left_fails() -> None:
    """With 0 or with 2, which a script can tell apart."""
    reports: list[tuple[dict[str, Any], int]] = [
        ({**REPORT, "state": "done", "leases_left": 0}, 0),
        ({**REPORT, "leases_left": 1, "failing": [{"lease_id": "db/a"}], "namespaces_left": 0}, 2),
    ]
    for report, code in reports:
        with answering({"GET /v1/sys/revoke-issued/w": {"data": report}}) as server:
            done = run(server, "break-glass", "status", "-wait", "w")
            assert (done.returncode, report["state"] in done.stdout) == (code, True)


def test_ends_are_asked_for() -> None:
    """`lift` and `cancel` ask for what they are called."""
    with answering({}, otherwise={}) as server:
        for verb in ("lift", "cancel"):
            assert run(server, "break-glass", verb, "w").returncode == 0
        assert server.asked == ["PUT /v1/sys/revoke-issued/w/lift", "PUT /v1/sys/revoke-issued/w/cancel"]
