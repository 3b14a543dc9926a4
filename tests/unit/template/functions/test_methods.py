"""Methods of times and numbers, where they differ from Go's.  `test_executions` has the table of those that don't."""

from __future__ import annotations

import pytest

from strongroom.template.errors import TemplateError
from tests.unit.template.oracle_functions import executed
from tests.unit.template.typed import typed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{.number.Int64}}", "error calling Int64: strconv.ParseInt: invalid syntax"),
        ("{{.time.AddDate 9000 0 0}}", "error calling AddDate: the time is out of the years 1 to 9999"),
        ("{{.time.AddDate 0 0 9223372036854775807}}", "the time is out of the years 1 to 9999"),
        ("{{.first.UTC}}", "error calling UTC: the time is out of the years 1 to 9999"),
    ],
)
def test_an_error_tells_no_value(text: str, reason: str) -> None:
    """A number from JSON may be a secret; times have the years that Python has."""
    data = {
        "number": typed({"$type": "number", "value": "47.11"}),
        "time": typed({"$type": "time", "value": "2024-03-31T06:07:08Z"}),
        "first": typed({"$type": "time", "value": "0001-01-01T00:00:00+02:00"}),
    }
    with pytest.raises(TemplateError) as raised:
        executed(text, data)
    assert raised.value.text.endswith(reason)
    assert "47.11" not in raised.value.text
