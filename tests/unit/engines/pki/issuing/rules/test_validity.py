"""From when until when certificates are valid."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.pki.issuing.rules import validity_of
from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.issuing.rules.requests import NOW, asked, context, issuer, role

HOUR, DAY = 3600, 86400
TOMORROW, LATER = "2023-11-15T22:13:20Z", "2023-12-01T00:00:00Z"
LATER_S = 1_701_388_800
BY_ROLE = f"not_after is {TOMORROW} by the role, whatever a request says"
BEHAVIORS = ["err", "truncate", "permit", "always_enforce_err"]


def validity(role_: dict[str, Any], request: dict[str, Any], **surroundings: Any) -> tuple[int, int, tuple[str, ...]]:
    """Begin and end, as seconds from now, and the warnings."""
    found = validity_of(role(**role_), asked(**request), context(**surroundings))
    return found.not_before - NOW, found.not_after - NOW, found.warnings


def capped(ttl: str, most: str) -> str:
    """The warning about a time to live that is too long."""
    return f'TTL "{ttl}" is longer than permitted maxTTL "{most}", so maxTTL is being used'


@pytest.mark.parametrize(
    ("role_", "request_", "end", "told"),
    [
        ({}, {}, HOUR, ()),
        ({}, {"ttl_s": 60}, 60, ()),
        ({"ttl_s": 7200}, {}, 7200, ()),
        ({"ttl_s": 7200}, {"ttl_s": 60}, 60, ()),
        ({}, {"ttl_s": DAY}, DAY, ()),
        ({}, {"ttl_s": DAY + 1}, DAY, (capped("24h0m1s", "24h0m0s"),)),
        ({"max_ttl_s": 60}, {}, 60, (capped("1h0m0s", "1m0s"),)),
        ({"max_ttl_s": 60}, {"ttl_s": 61}, 60, (capped("1m1s", "1m0s"),)),
        # A role's limit may be above the mount's, which is for leases.
        ({"max_ttl_s": 9 * DAY}, {"ttl_s": 8 * DAY}, 8 * DAY, ()),
        ({"ttl_s": 2 * DAY}, {}, DAY, (capped("48h0m0s", "24h0m0s"),)),
        ({}, {"not_after": TOMORROW}, DAY, ()),
        ({}, {"not_after": "2023-11-16T00:13:20+02:00"}, DAY, ()),
        ({}, {"not_after": "2023-11-15T22:13:20.999z"}, DAY, ()),
        ({"max_ttl_s": 60}, {"not_after": TOMORROW}, DAY, ()),
        ({"not_after": TOMORROW, "ttl_s": 60}, {}, DAY, ()),
        ({"not_after": TOMORROW}, {"not_after": TOMORROW}, DAY, ()),
        (
            {"not_after": TOMORROW},
            {"not_after": LATER},
            DAY,
            (f"not_after is {TOMORROW} by the role, whatever a request says",),
        ),
        ({"not_after_bound": LATER}, {"not_after": LATER}, LATER_S - NOW, ()),
        ({"not_after_bound": "ttl-limited"}, {"not_after": TOMORROW}, DAY, ()),
        ({"not_after_bound": "forbid"}, {"ttl_s": 60}, 60, ()),
    ],
)
def test_the_end(role_: dict[str, Any], request_: dict[str, Any], end: int, told: tuple[str, ...]) -> None:
    """The request's time counts, then the role's, then the mount's, up to the limit; a cut is told."""
    assert validity(role_, request_) == (-30, end, told)


@pytest.mark.parametrize(
    ("role_", "request_", "begin"),
    [
        ({}, {}, -30),
        ({"not_before_duration_s": 300}, {}, -300),
        ({"not_before_duration_s": 0}, {}, 0),
        ({}, {"not_before": "2023-11-14T00:00:00Z"}, -80_000),
        ({"not_before": "2023-11-14T00:00:00Z"}, {}, -80_000),
        ({"not_before": "2023-11-14T00:00:00Z"}, {"not_before": "2023-11-14T22:13:20Z"}, 0),
        ({"not_before": "2023-11-14T00:00:00Z", "not_before_bound": "forbid"}, {}, -80_000),
        ({"not_before": "2023-11-14T00:00:00Z", "not_before_bound": "duration"}, {}, -80_000),
        ({"not_before_bound": "duration", "not_before_duration_s": 30}, {"not_before": "2023-11-14T22:12:50Z"}, -30),
        ({"not_before_bound": "duration"}, {"not_before": "2023-11-14T22:13:40Z"}, 20),
    ],
)
def test_the_beginning(role_: dict[str, Any], request_: dict[str, Any], begin: int) -> None:
    """Certificates are backdated by half a minute, unless the role or the request says otherwise."""
    assert validity(role_, request_) == (begin, HOUR, ())


@pytest.mark.parametrize(
    ("role_", "request_", "words"),
    [
        ({}, {"ttl_s": 60, "not_after": TOMORROW}, "Either ttl or not_after should be provided"),
        ({"not_after": TOMORROW}, {"ttl_s": 60}, "Either ttl or not_after should be provided"),
        ({"not_after_bound": "forbid"}, {"not_after": TOMORROW}, "not_after_bound is set to forbid"),
        ({"not_after_bound": "ttl-limited"}, {"not_after": LATER}, "is beyond the TTL of 24h0m0s"),
        ({"not_after_bound": "ttl-limited", "max_ttl_s": 60}, {"not_after": TOMORROW}, "is beyond the TTL of 1m0s"),
        ({"not_after_bound": TOMORROW}, {"not_after": LATER}, f"is beyond the maximum timestamp of {TOMORROW}"),
        ({"not_after_bound": "2023-11-14T22:14:00Z"}, {}, "is beyond the maximum timestamp"),
        ({"not_before_bound": "forbid"}, {"not_before": TOMORROW}, "not_before_bound is set to forbid"),
        (
            {"not_before_bound": "duration"},
            {"not_before": "2023-11-14T22:12:49Z"},
            "older than the allowed not_before_duration of 30s",
        ),
        (
            {},
            {"not_after": "2020-01-01T00:00:00Z"},
            "Not Before (2023-11-14T22:12:50Z) is later than the certificate's Not After",
        ),
        ({}, {"not_before": LATER}, "is later than the certificate's Not After (2023-11-14T23:13:20Z)"),
        ({}, {"not_after": "2026-12-30"}, 'parsing time "2026-12-30"'),
        ({}, {"not_after": "20261230T000000Z"}, "not_after is a time in RFC 3339"),
        ({}, {"not_after": "2026-02-30T00:00:00Z"}, "not_after is a time in RFC 3339"),
        ({}, {"not_after": "2026-12-30T00:00:00"}, "not_after is a time in RFC 3339"),
        ({}, {"not_before": "bad"}, "not_before is a time in RFC 3339"),
        ({}, {"not_before": "1949-12-31T23:59:59Z"}, "certificates say times from 1950-01-01T00:00:00Z"),
        ({}, {"not_after": "9999-12-31T23:59:59-01:00"}, "not_after is a time in RFC 3339"),
    ],
)
def test_times_that_are_not_allowed(role_: dict[str, Any], request_: dict[str, Any], words: str) -> None:
    """What a bound of the role forbids, and what no certificate can say, is refused."""
    with pytest.raises(InvalidRequest) as raised:
        validity(role_, request_)

    assert words in raised.value.text


@pytest.mark.parametrize("behavior", BEHAVIORS)
def test_within_the_life_of_the_issuer(behavior: str) -> None:
    """What ends with the issuer or before it is as it was asked for, whatever the issuer's behavior."""
    assert validity({}, {"ttl_s": HOUR}, issuer=issuer(HOUR, behavior)) == (-30, HOUR, ())


@pytest.mark.parametrize("request_", [{"ttl_s": 7200}, {"not_after": TOMORROW}])
@pytest.mark.parametrize("behavior", BEHAVIORS)
def test_beyond_the_life_of_the_issuer(behavior: str, request_: dict[str, Any]) -> None:
    """`err` refuses, `truncate` cuts and says so, `permit` lets it be."""
    wanted = request_.get("ttl_s", DAY)
    if behavior == "permit":
        assert validity({}, request_, issuer=issuer(HOUR, behavior)) == (-30, wanted, ())
    elif behavior == "truncate":
        begin, end, (told,) = validity({}, request_, issuer=issuer(HOUR, behavior))
        assert (begin, end) == (-30, HOUR)
        assert "the certificate ends with its issuer up at 2023-11-14T23:13:20Z" in told
    else:
        with pytest.raises(InvalidRequest, match="beyond the expiration of the CA certificate at 2023-11-14T23:13:20Z"):
            validity({}, request_, issuer=issuer(HOUR, behavior))


@pytest.mark.parametrize("behavior", BEHAVIORS)
def test_after_the_end_of_the_issuer(behavior: str) -> None:
    """No certificate is made that has expired already; the error names the issuer and says what helps."""
    if behavior == "permit":
        assert validity({}, {"ttl_s": 1}, issuer=issuer(-2, behavior)) == (-30, 1, ())
    else:
        with pytest.raises(InvalidRequest, match=r"issuer up .*expired.*rotate.*choose another issuer_ref"):
            validity({}, {"ttl_s": 1}, issuer=issuer(-2, behavior))
