"""`sys/quotas/config`: what is exempt from rate limits, and who is told of them.

Source: https://developer.hashicorp.com/vault/api-docs/system/quotas-config
"""

from __future__ import annotations

from typing import Annotated

from strongroom.barrier import keys
from strongroom.lib import limits
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.quotas.records import QuotaSettings
from strongroom.sysapi.context import SystemEngine, system


class QuotaSettingsBody(Body, frozen=True):
    """The settings.  What isn't given is off: there is no merging, as in Vault."""

    rate_limit_exempt_paths: Annotated[
        list[str],
        Doc(description="Paths in every namespace that no rate limit counts for. `*` at the end covers a beginning."),
    ] = []
    absolute_rate_limit_exempt_paths: Annotated[
        list[str],
        Doc(description="Paths with that of their namespace that no rate limit counts for."),
    ] = []
    enable_rate_limit_audit_logging: Annotated[
        bool, Doc(description="Whether the audit log has requests that a rate limit refuses.")
    ] = False
    enable_rate_limit_response_headers: Annotated[
        bool, Doc(description="Whether responses tell the limit and how many requests are left of it.")
    ] = False


class QuotaSettingsPaths(SystemEngine):
    """`quotas/config`."""

    @path.read("quotas/config", root_only=True)
    async def read_quota_settings(self, request: Request) -> Response | None:
        """Reads the settings of quotas."""
        settings = await system(request).txn.read(keys.QUOTA_SETTINGS, QuotaSettings) or QuotaSettings()
        return Response(
            data={
                "absolute_rate_limit_exempt_paths": list(settings.absolute_exempt_paths),
                "enable_rate_limit_audit_logging": settings.audits,
                "enable_rate_limit_response_headers": settings.shows,
                "rate_limit_exempt_paths": list(settings.exempt_paths),
            }
        )

    @path.write("quotas/config", root_only=True, by_rows=True, event="quota/write")
    async def write_quota_settings(self, request: Request, body: QuotaSettingsBody) -> Response | None:
        """Sets the settings of quotas. Those that are not given are turned off."""
        limits.check_names("rate_limit_exempt_paths", body.rate_limit_exempt_paths)
        limits.check_names("absolute_rate_limit_exempt_paths", body.absolute_rate_limit_exempt_paths)
        settings = QuotaSettings(
            exempt_paths=tuple(body.rate_limit_exempt_paths),
            absolute_exempt_paths=tuple(body.absolute_rate_limit_exempt_paths),
            audits=body.enable_rate_limit_audit_logging,
            shows=body.enable_rate_limit_response_headers,
        )
        system(request).txn.write(keys.QUOTA_SETTINGS, settings)
        return None
