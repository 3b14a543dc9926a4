"""Details of connections that have the wrong type are the client's mistake, whatever the driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from strongroom.engines.database import decoding
from strongroom.engines.database.config_fields import ConfigFields
from strongroom.engines.database.drivers.influxdb import settings as influxdb
from strongroom.engines.database.drivers.mysql import details as mysql
from strongroom.engines.database.drivers.postgresql import settings as postgresql
from strongroom.engines.database.drivers.redis import settings as redis
from strongroom.engines.database.settings import check_details
from strongroom.lib.errors import InvalidRequest

DRIVERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "influxdb": (influxdb.checked, {"host": "db.test", "port": 8086}),
    "mysql": (mysql.stored, {"connection_url": "{{username}}:{{password}}@tcp(db.test)/"}),
    "postgresql": (postgresql.checked, {"connection_url": "postgresql://{{username}}:{{password}}@db.test/app"}),
    "redis": (redis.checked, {"host": "db.test", "port": 6379}),
}
ODD: tuple[Any, ...] = (
    *("", "x", "é\x00", "{", -5, 1.5, 1e300, True, False),
    *([], ["a"], [1, None], [["a"]], [{"a": 1}], {}, {"a": 1}, {"a": {"b": [1]}}),
)
DETAILS = sorted({*ConfigFields.__struct_fields__, *postgresql.KNOWN, *influxdb.DETAILS, *redis.DETAILS, *mysql._TEXTS})


def _odd(valid: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in DETAILS:
        for value in ODD:
            yield {**valid, name: value}


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_detail_of_another_type_is_refused_or_taken(kind: str) -> None:
    """No other error comes of it, so no answer says that the server is at fault."""
    check, valid = DRIVERS[kind]
    assert check(valid)
    refused = 0
    for details in _odd(valid):
        try:
            check_details(details)
            check(details)
        except InvalidRequest:
            refused += 1
    assert refused > 50


def test_a_refusal_names_the_detail() -> None:
    """As clients of the reference server know it."""
    with pytest.raises(InvalidRequest) as caught:
        decoding.text_of({"host": ["a"]}, "host")
    expected = "'host' expected type 'string', got unconvertible type '[]interface {}'"
    assert caught.value.text == f"decoding failed due to the following error(s):\n\n{expected}"


def test_what_a_detail_is_taken_as() -> None:
    """None given is empty, nothing or false."""
    details = {"text": 5, "number": "5", "flag": "true", "list": "a,b"}
    assert decoding.text_of(details, "text") == "5"
    assert decoding.number_of(details, "number") == 5
    assert decoding.flag_of(details, "flag") is True
    assert decoding.list_of(details, "list") == ["a", "b"]
    empty: tuple[Any, ...] = tuple(
        each({}, "none") for each in (decoding.text_of, decoding.number_of, decoding.flag_of, decoding.list_of)
    )
    assert empty == ("", 0, False, [])


@pytest.mark.parametrize("value", [10**30, -(10**30), [10**30], {"a": 10**30}])
def test_numbers_that_cannot_be_stored_are_refused(value: Any) -> None:
    """Before the row is written, and wherever they stand."""
    with pytest.raises(InvalidRequest, match="larger than 64 bits"):
        check_details({"own": value})
