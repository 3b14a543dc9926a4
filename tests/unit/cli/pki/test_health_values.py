"""Exit codes, durations and the configuration file of `pki health-check`."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.cli.pki.health.age import span
from strongroom.cli.pki.health.check import SettingError
from strongroom.cli.pki.health.finding import CUT_OFFS, Finding, Status, exit_code
from strongroom.cli.pki.health.settings import duration_ns, settled
from strongroom.cli.pki.health.table import CHECKS

SECOND = 10**9


@pytest.mark.parametrize(("indicator", "least"), [*CUT_OFFS.items()])
@pytest.mark.parametrize("status", list(Status))
def test_the_gravest_finding_is_the_exit_code(status: Status, indicator: str, least: Status) -> None:
    """The exit code is the number of the gravest finding, from the indicator on; else 0."""
    findings = [Finding(Status.OK, "/a", ""), Finding(status, "/b", ""), Finding(Status.NOT_APPLICABLE, "/c", "")]
    assert exit_code(findings, indicator) == (status if status >= least else 0)


def test_nothing_found_is_no_failure() -> None:
    """Without findings the exit code is 0."""
    assert exit_code([], "default") == 0


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (SECOND // 5, "200ms"),
        (SECOND * 3 // 2, "1.5s"),
        (90 * SECOND, "1m30s"),
        (12 * 3600 * SECOND, "12h"),
        (25 * 3600 * SECOND, "25h"),
        (365 * 86400 * SECOND, "365d"),
    ],
)
def test_a_duration_is_written_as_it_is_read(nanoseconds: int, text: str) -> None:
    """What a finding says of a limit can be put into the configuration file."""
    assert span(nanoseconds) == text
    assert duration_ns(text) == nanoseconds


def enabled(given: dict[str, Any], *, on: bool = True) -> set[str]:
    """The names of the checks that run."""
    return {each.check.name for each in settled(CHECKS, given, on=on) if each.enabled}


def test_what_runs() -> None:
    """All checks run but one; the file enables and disables any; `-default-disabled` leaves those of the file."""
    every = {each.name for each in CHECKS}
    assert enabled({}) == every - {"hardware_backed_root"}
    assert enabled({"hardware_backed_root": {"enabled": "true"}, "too_many_certs": {"enabled": False}}) == every - {
        "too_many_certs"
    }
    assert enabled({}, on=False) == set()
    assert enabled({"tidy_last_run": {"enabled": True}, "too_many_certs": {}}, on=False) == {"tidy_last_run"}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"tidy_last_run": {"nope": 1}},
            "tidy_last_run has no parameter nope, but enabled, last_run_critical, last_run_warning",
        ),
        ({"tidy_last_run": []}, "tidy_last_run is no object"),
        ({"tidy_last_run": {"enabled": []}}, "tidy_last_run: enabled is neither true nor false"),
        ({"tidy_last_run": {"last_run_warning": "x"}}, 'last_run_warning=x can\'t be used: time: invalid duration "x"'),
        ({"tidy_last_run": {"last_run_warning": True}}, "last_run_warning=true"),
        ({"tidy_last_run": {"last_run_warning": None}}, "last_run_warning=<nil>"),
        ({"crl_validity_period": {"crl_expiry_pct_critical": 0}}, "0 is not between 1 and 99"),
        ({"crl_validity_period": {"crl_expiry_pct_critical": "1.5"}}, "crl_expiry_pct_critical=1.5"),
        ({"root_issued_leaves": {"certs_to_fetch": {}}}, "certs_to_fetch=map[]"),
        ({"role_no_store_false": {"allowed_roles": "a"}}, "a is no list of names"),
    ],
)
def test_a_mistake_in_the_file_is_named(given: dict[str, Any], text: str) -> None:
    """What can't be read is refused, and the text names the check, the parameter and the value."""
    with pytest.raises(SettingError) as caught:
        settled(CHECKS, given, on=True)
    assert text in str(caught.value)
