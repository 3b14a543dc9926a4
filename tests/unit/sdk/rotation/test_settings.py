"""When something is rotated: what is refused, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import fill
from strongroom.sdk.rotation import RotationFields, RotationSettings, next_time, of_role, of_root, ttl_s
from strongroom.sdk.rotation.settings import shown_of_role, shown_of_root
from strongroom.sdk.rotation.times import in_window, is_overdue

BY_PERIOD = RotationSettings(period_s=60)
BY_SCHEDULE = RotationSettings(schedule="0 0 * * *", window_s=7200, timezone="Europe/Vienna")
BOTH = "only one of them can be provided"


def test_an_empty_period_turns_nothing_off() -> None:
    """It comes of a shell's variable that isn't set."""
    with pytest.raises(InvalidRequest, match=r"rotation_period.*empty"):
        fill(RotationFields, {"rotation_period": ""})
    assert fill(RotationFields, {"rotation_period": "0"}).rotation_period == 0
    assert fill(RotationFields, {"rotation_period": None}).rotation_period is None


@pytest.mark.parametrize(
    ("before", "given", "text"),
    [
        (None, {}, "one of rotation_schedule or rotation_period must be provided to create a static account"),
        (None, {"rotation_period": 60, "rotation_schedule": "* * * * *"}, BOTH),
        (None, {"rotation_period": 0, "rotation_schedule": "* * * * *"}, BOTH),
        (None, {"rotation_period": 60, "rotation_window": 3600}, "rotation_window is invalid with use of"),
        (None, {"rotation_period": 4}, "rotation_period must be 5 seconds or more"),
        (None, {"rotation_schedule": "* * * * *", "rotation_window": 3599}, "must be 3600 seconds or more"),
        (None, {"rotation_schedule": "x"}, "could not parse rotation_schedule"),
        (None, {"rotation_schedule": "* * * * *", "rotation_timezone": "x/y"}, "no time zone"),
        (BY_PERIOD, {"rotation_window": 3600}, "rotation_window is invalid without rotation_schedule"),
        (BY_PERIOD, {"rotation_timezone": "Europe/Vienna"}, "needs a rotation_schedule"),
    ],
)
def test_what_a_role_may_not_have(before: RotationSettings | None, given: dict[str, Any], text: str) -> None:
    """The texts are Vault's."""
    with pytest.raises(InvalidRequest, match=text):
        of_role(before or RotationSettings(), RotationFields(**given), creates=before is None)


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        (RotationSettings(), {"rotation_period": 5}, RotationSettings(period_s=5)),
        (BY_SCHEDULE, {"rotation_period": 5}, RotationSettings(period_s=5)),
        (BY_SCHEDULE, {"rotation_timezone": "UTC"}, RotationSettings(schedule="0 0 * * *", window_s=7200)),
        (BY_PERIOD, {"rotation_schedule": "1 0 * * *"}, RotationSettings(schedule="1 0 * * *")),
        (BY_PERIOD, {"rotation_period": 0}, RotationSettings()),
        (BY_PERIOD, {"disable_automated_rotation": True}, RotationSettings(period_s=60, disabled=True)),
        (BY_SCHEDULE, {}, BY_SCHEDULE),
    ],
)
def test_changes(before: RotationSettings, given: dict[str, Any], after: RotationSettings) -> None:
    """A period takes the place of a schedule and the other way round; what isn't given stays."""
    assert of_role(before, RotationFields(**given), creates=False) == after
    assert of_root(before, RotationFields(**given)) == after


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"rotation_period": 60, "rotation_schedule": "* * * * *"}, BOTH),
        ({"rotation_period": 60, "rotation_window": 3600}, "rotation_window does not apply to period"),
        ({"rotation_window": 3600}, "cannot use rotation_window without rotation_schedule"),
    ],
)
def test_what_a_configuration_may_not_have(given: dict[str, Any], text: str) -> None:
    """The texts are Vault's; zeros are as if nothing was given."""
    with pytest.raises(InvalidRequest, match=text):
        of_root(RotationSettings(), RotationFields(**given))
    zeros = RotationFields(rotation_period=0, rotation_schedule="", rotation_window=0)  # type: ignore[arg-type]
    assert of_root(RotationSettings(), zeros) == RotationSettings()


def test_a_role_without_a_time_is_rotated_by_hand() -> None:
    """A period of 0 has to be said; forgetting it is an error."""
    by_hand = of_role(RotationSettings(), RotationFields(rotation_period=0), creates=True)  # type: ignore[arg-type]
    assert not by_hand.automated
    assert next_time(by_hand, 100.0, 200.0) == 0


def test_what_is_shown() -> None:
    """A role shows what is in force, a configuration everything."""
    assert shown_of_role(BY_PERIOD) == {"rotation_period": 60}
    assert shown_of_role(BY_SCHEDULE) == {
        "rotation_schedule": "0 0 * * *",
        "rotation_window": 7200,
        "rotation_timezone": "Europe/Vienna",
    }
    assert shown_of_root(BY_PERIOD) == {
        "rotation_period": 60,
        "rotation_schedule": "",
        "rotation_window": 0,
        "disable_automated_rotation": False,
    }


def test_times() -> None:
    """A period counts from the last rotation, a schedule from now; a window begins with its time."""
    assert next_time(BY_PERIOD, 1000.0, 5000.0) == 1060
    assert next_time(RotationSettings(schedule="0 0 * * *"), 1000.0, 86_400.0) == 2 * 86_400
    assert next_time(RotationSettings(period_s=60, disabled=True), 1000.0, 5000.0) == 0
    assert in_window(BY_SCHEDULE, 1000.0, 1000.0 + 7199)
    assert not in_window(BY_SCHEDULE, 1000.0, 1000.0 + 7200)
    assert in_window(RotationSettings(schedule="0 0 * * *"), 1000.0, 1e9)


@pytest.mark.parametrize(
    ("now", "left", "overdue"), [(990.0, 10, False), (999.7, 1, False), (1000.0, 0, True), (2000.0, 0, True)]
)
def test_time_to_live_is_never_negative(now: float, left: int, overdue: bool) -> None:
    """It is 0 while a rotation is due."""
    assert ttl_s(1000.0, now) == left
    assert is_overdue(1000.0, now) == overdue
    assert not is_overdue(0.0, now)
