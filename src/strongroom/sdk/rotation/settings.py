"""When something is rotated: what requests give, and what is stored (pure).

Source: https://developer.hashicorp.com/vault/api-docs/secret/databases#create-static-role,
https://developer.hashicorp.com/vault/docs/configuration/automated-rotation
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec.structs import replace

from strongroom.barrier.record import Part
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import Body, Doc, Duration, GivenDuration
from strongroom.sdk.rotation.cron import check_schedule, zone

LEAST_PERIOD_S = 5
LEAST_WINDOW_S = 3600
_BOTH_OF_A_ROLE = (
    "mutually exclusive fields rotation_period and rotation_schedule were both specified; "
    "only one of them can be provided"
)
_BOTH_OF_A_ROOT = (
    "mutually exclusive fields rotation_schedule and rotation_period were both specified; "
    "only one of them can be provided"
)
_NEITHER = "one of rotation_schedule or rotation_period must be provided to create a static account"


class RotationFields(Body, frozen=True):
    """When something is rotated; what isn't given stays."""

    rotation_period: Annotated[
        GivenDuration | None,
        Doc(description="The time from one rotation to the next. 0: only when it is asked for."),
    ] = None
    rotation_schedule: Annotated[
        str | None,
        Doc(description='Rotate by a schedule of five fields, such as "0 0 * * SAT", instead of a period.'),
    ] = None
    rotation_window: Annotated[
        Duration | None,
        Doc(description="How long after a time of the schedule the rotation may begin; an hour at least."),
    ] = None
    rotation_timezone: Annotated[
        str | None, Doc(description='The time zone of the schedule, such as "Europe/Vienna". UTC by default.')
    ] = None
    disable_automated_rotation: Annotated[
        bool | None, Doc(description="Rotate only when it is asked for, and keep the other settings.")
    ] = None


class RotationSettings(Part, frozen=True):
    """When something is rotated.  Times are in seconds."""

    period_s: int = 0
    schedule: str = ""
    window_s: int = 0
    timezone: str = ""
    disabled: bool = False

    @property
    def automated(self) -> bool:
        """Whether it is rotated without being asked for."""
        return not self.disabled and bool(self.period_s or self.schedule)


def of_role(
    before: RotationSettings, body: RotationFields, *, creates: bool, least_period_s: int = LEAST_PERIOD_S
) -> RotationSettings:
    """The settings of a static role after a request's changes.

    Args:
        creates: whether the role is new, so that a period or a schedule has to be given.

    Raises: `InvalidRequest`, with Vault's texts for static roles.
    """
    if body.rotation_schedule and body.rotation_period is not None:
        raise InvalidRequest(_BOTH_OF_A_ROLE)
    by_hand = body.rotation_period == 0 or bool(body.disable_automated_rotation)
    if creates and not body.rotation_schedule and body.rotation_period is None and not by_hand:
        raise InvalidRequest(_NEITHER)
    if body.rotation_period and body.rotation_window:
        raise InvalidRequest("rotation_window is invalid with use of rotation_period")
    return _checked(_merged(before, body), least_period_s)


def of_root(before: RotationSettings, body: RotationFields) -> RotationSettings:
    """The settings of a configuration, whose own credential is rotated, after a request's changes.

    Raises: `InvalidRequest`, with Vault's texts for configurations.
    """
    if body.rotation_schedule and body.rotation_period:
        raise InvalidRequest(_BOTH_OF_A_ROOT)
    if body.rotation_window and body.rotation_period:
        raise InvalidRequest("rotation_window does not apply to period")
    merged = _merged(before, body)
    if body.rotation_window and not merged.schedule:
        raise InvalidRequest("cannot use rotation_window without rotation_schedule")
    return _checked(merged, LEAST_PERIOD_S)


def _merged(before: RotationSettings, body: RotationFields) -> RotationSettings:
    settings = before
    if body.rotation_period is not None:
        settings = replace(settings, period_s=body.rotation_period)
        if body.rotation_period:
            settings = replace(settings, schedule="", window_s=0, timezone="")
    if body.rotation_schedule is not None:
        settings = replace(settings, schedule=body.rotation_schedule.strip())
        settings = replace(settings, period_s=0) if settings.schedule else replace(settings, window_s=0, timezone="")
    if body.rotation_window is not None:
        settings = replace(settings, window_s=body.rotation_window)
    if body.rotation_timezone is not None:
        settings = replace(settings, timezone="" if body.rotation_timezone == "UTC" else body.rotation_timezone)
    if body.disable_automated_rotation is not None:
        settings = replace(settings, disabled=body.disable_automated_rotation)
    return settings


def _checked(settings: RotationSettings, least_period_s: int) -> RotationSettings:
    if 0 < settings.period_s < least_period_s:
        raise InvalidRequest(f"rotation_period must be {least_period_s} seconds or more")
    if settings.window_s and not settings.schedule:
        raise InvalidRequest("rotation_window is invalid without rotation_schedule")
    if 0 < settings.window_s < LEAST_WINDOW_S:
        raise InvalidRequest(f"rotation_window is invalid: rotation_window must be {LEAST_WINDOW_S} seconds or more")
    if settings.timezone and not settings.schedule:
        raise InvalidRequest("rotation_timezone needs a rotation_schedule")
    if settings.schedule:
        check_schedule(settings.schedule)
        zone(settings.timezone)
    return settings


def shown_of_role(settings: RotationSettings) -> dict[str, Any]:
    """The settings as data of a static role: those that are in force."""
    if not settings.schedule:
        shown: dict[str, Any] = {"rotation_period": settings.period_s}
    else:
        shown = {"rotation_schedule": settings.schedule, "rotation_timezone": settings.timezone or "UTC"}
        if settings.window_s:
            shown["rotation_window"] = settings.window_s
    return {**shown, "disable_automated_rotation": True} if settings.disabled else shown


def shown_of_root(settings: RotationSettings) -> dict[str, Any]:
    """The settings as data of a configuration: all of them."""
    shown: dict[str, Any] = {
        "rotation_period": settings.period_s,
        "rotation_schedule": settings.schedule,
        "rotation_window": settings.window_s,
        "disable_automated_rotation": settings.disabled,
    }
    return {**shown, "rotation_timezone": settings.timezone} if settings.timezone else shown
