"""`sys/internal/counters/config`: whether clients are counted, and how long counts are kept.

Source: https://developer.hashicorp.com/vault/api-docs/system/internal-counters
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.usage import reading
from strongroom.services.usage.months import month_of
from strongroom.services.usage.records import CONFIG, UsageConfig, config_of
from strongroom.sysapi.context import SystemEngine, system

_WORDS: Final = {"enable": True, "disable": False, "default": None}
_LONGEST_MONTHS: Final = 60


class UsageBody(Body, frozen=True):
    """Whether clients are counted, and how long counts are kept."""

    enabled: Annotated[
        str | None, Doc(description="`enable`, `disable` or `default`, which counts. Disabling discards this month.")
    ] = None
    retention_months: Annotated[int | None, Doc(description="How many months are kept, with the current one.")] = None
    default_report_months: Annotated[
        int | None, Doc(description="How many months a report has whose start isn't given.")
    ] = None


class UsageSettingPaths(SystemEngine):
    """Settings of the count of clients."""

    @path.read("internal/counters/config", root_only=True)
    async def read_usage_settings(self, request: Request) -> Response | None:
        """Reads whether clients are counted, and how long counts are kept."""
        view = system(request)
        config = await config_of(view.txn)
        kept = await request.once.wait("months", lambda: reading.months_kept(view.services.barrier))
        data: dict[str, Any] = {
            "enabled": {None: "default-enabled", True: "enable", False: "disable"}[config.enabled],
            "default_report_months": config.report_months,
            "retention_months": config.retention_months,
            "queries_available": bool(kept),
            "reporting_enabled": False,
        }
        return Response(data=data)

    @path.write("internal/counters/config", root_only=True)
    async def write_usage_settings(self, request: Request, body: UsageBody) -> Response | None:
        """Changes whether clients are counted, and how long counts are kept."""
        view = system(request)
        old = await config_of(view.txn)
        if body.enabled is not None and body.enabled not in _WORDS:
            raise InvalidRequest("enabled must be one of enable, disable, default")
        enabled = old.enabled if body.enabled is None else _WORDS[body.enabled]
        config = UsageConfig(
            enabled=enabled,
            retention_months=_months("retention_months", body.retention_months, old.retention_months),
            report_months=_months("default_report_months", body.default_report_months, old.report_months),
            since=old.since if old.counts is (enabled is not False) else request.now,
        )
        view.txn.write(CONFIG, config)
        if not old.counts or config.counts:
            return None
        month, barrier = month_of(request.now), view.services.barrier
        request.once.outside("forget", lambda: reading.forget(barrier, month))
        return Response(warnings=["the current month's count of clients was discarded"])


def _months(name: str, given: int | None, old: int) -> int:
    if given is None:
        return old
    if not 1 <= given <= _LONGEST_MONTHS:
        raise InvalidRequest(f"{name} must be in the range [1,{_LONGEST_MONTHS}]")
    return given
