"""`tidy`, `tidy-status`, `tidy-cancel` and `config/auto-tidy`: removing what nobody needs any more.

Source: https://openbao.org/api-docs/secret/pki/#tidy
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.pki.tidy import rows, running, shown
from strongroom.engines.pki.tidy.fields import WorkFields, check_longest, check_pause
from strongroom.engines.pki.tidy.records import BUFFERS, AutoTidy, Work
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Doc, Duration, Request, Response, path, replace

_ACCEPTED = 202
_LEAST_PAGE = 5
_NAMES = {"revoked_safety_buffer": "revokedSafetyBuffer"}
_USUAL = AutoTidy(enabled=True, work=Work(tidy_cert_store=True, tidy_revoked_certs=True, tidy_acme=True))

_SETTINGS = {
    "enabled": "enabled",
    "interval_duration": "interval_s",
    "maintain_stored_certificate_counts": "maintain_counts",
    "publish_stored_certificate_count_metrics": "publish_counts",
}


class AutoTidyFields(WorkFields, frozen=True):
    """Whether and how often, and what is removed."""

    enabled: Annotated[bool | None, Doc(description="Whether the mount tidies itself.")] = None
    interval_duration: Annotated[
        Duration | None, Doc(description="How long after the end of one run the next begins.")
    ] = None
    maintain_stored_certificate_counts: Annotated[
        bool | None, Doc(description="Whether `tidy-status` says how many certificates there are.")
    ] = None
    publish_stored_certificate_count_metrics: Annotated[
        bool | None, Doc(description="Whether `sys/metrics` says so, too.")
    ] = None


class TidyPaths:
    """`tidy`, `tidy-status`, `tidy-cancel`, `config/auto-tidy`"""

    async def mounted(self, request: Request) -> None:
        """Have a new mount tidy itself."""
        rows.keep_config(request.view, _USUAL)
        await running.plan(request, _USUAL, request.now)

    @path.write("tidy")
    async def tidy(self, request: Request, body: WorkFields) -> Response:
        """Begins to remove what nobody needs any more."""
        work = body.changed(Work())
        for name in BUFFERS:
            if getattr(work, name) < 1:
                raise InvalidRequest(f"{_NAMES.get(name, name)} must be greater than zero")
        check_pause(work.pause_duration, "Error parsing pause_duration")
        check_longest(work)
        if not await running.begin(request, work):
            return Response(status=_ACCEPTED, warnings=["Tidy operation already in progress."])
        if not work.does_anything:
            return Response(status=_ACCEPTED, warnings=[shown.NOTHING_TO_DO])
        return Response(
            status=_ACCEPTED,
            warnings=["Tidy operation successfully started. What it does is told by tidy-status."],
        )

    @path.read("tidy-status")
    async def read_tidy_status(self, request: Request) -> Response:
        """Reads where a run is, what it has removed, and what it has left for which reason."""
        run, config = await rows.run_of(request.view), await rows.config_of(request.view)
        return Response(data=shown.status(run, config, request.mount.id))

    @path.write("tidy-cancel")
    async def cancel_tidy(self, request: Request) -> Response:
        """Ends the run that goes on."""
        if not await running.cancel(request):
            return Response(warnings=["Tidy operation cannot be cancelled as none is currently running."])
        run, config = await rows.run_of(request.view), await rows.config_of(request.view)
        return Response(data=shown.status(run, config, request.mount.id))

    @path.read("config/auto-tidy")
    async def read_auto_tidy(self, request: Request) -> Response:
        """Reads whether and how often the mount tidies itself, and what it removes."""
        return Response(data=shown.config(await rows.config_of(request.view)))

    @path.write("config/auto-tidy")
    async def write_auto_tidy(self, request: Request, body: AutoTidyFields) -> Response:
        """Sets whether and how often the mount tidies itself, and what it removes."""
        config = _changed(await rows.config_of(request.view), body)
        rows.keep_config(request.view, config)
        run = await rows.run_of(request.view)
        # A shorter interval counts from the end of the last run, and a first run doesn't wait for ever to be changed.
        since = max(run.auto_finished_at, request.now - config.interval_s) if run.auto_finished_at else request.now
        await running.plan(request, config, since)
        return Response(data=shown.config(config))


def _changed(before: AutoTidy, body: AutoTidyFields) -> AutoTidy:
    """Settings with the fields that are given.  Raises `InvalidRequest` for those that there can't be."""
    given = {stored: value for field, stored in _SETTINGS.items() if (value := getattr(body, field)) is not None}
    config = replace(before, **given, work=body.changed(before.work))
    work = config.work
    for name in BUFFERS:
        if getattr(work, name) < 1:
            told = "acme_account_safety_buffer" if name.startswith("acme") else "safety_buffer"
            raise InvalidRequest(f"given {told} must be at least one second; got: {getattr(work, name)}")
    check_pause(work.pause_duration, "unable to parse given pause_duration")
    check_longest(work)
    if body.page_size is not None and body.page_size < _LEAST_PAGE:
        raise InvalidRequest(f"page_size must be at least {_LEAST_PAGE}")
    if config.publish_counts and not config.maintain_counts:
        raise InvalidRequest(
            "Can not publish a running storage metrics count to metrics without first maintaining that count.  "
            "Enable `maintain_stored_certificate_counts` to enable `publish_stored_certificate_count_metrics`."
        )
    if config.enabled and not work.does_anything:
        raise InvalidRequest(shown.NOTHING_TO_DO_BY_ITSELF)
    return config
