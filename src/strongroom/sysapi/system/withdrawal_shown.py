"""Withdrawals as the API shows them (pure)."""

from __future__ import annotations

import math
from typing import Any

from strongroom.audit.entry import timestamp
from strongroom.services.withdrawals import Withdrawal
from strongroom.services.withdrawals.counting import shown
from strongroom.services.withdrawals.records import Report
from strongroom.sysapi.withdrawal_search import Left


def report_shown(order: Withdrawal | None, report: Report, left: Left) -> dict[str, Any]:
    """A report, with what is left.

    Args:
        order: None if it doesn't stand any more.
    """
    return {
        "id": report.id,
        "state": report.state,
        "asked": report.asked,
        "made_time": timestamp(report.made_at),
        "since_time": timestamp(order.since) if order is not None and order.since else None,
        "until_time": timestamp(order.until) if order is not None and not math.isinf(order.until) else None,
        "blocks": order is not None and order.block,
        "stands": order is not None,
        "found": shown(report.counts),
        "total": sum(report.counts.values()),
        "undetermined": shown(report.undetermined),
        "namespaces_left": left.namespaces,
        "leases_left": left.leases,
        "failing": left.failing,
        "cleared_time": timestamp(report.cleared_at) if report.cleared_at else None,
        "ended_time": timestamp(report.ended_at) if report.ended_at else None,
        "holds_until": timestamp(report.holds_until) if report.holds_until else None,
    }
