"""Random texts against the parsers of the driver for MySQL."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.engines.database.drivers.mysql.dsn import parse, without_password
from strongroom.engines.database.drivers.mysql.statements import Quoting, cut, filled
from strongroom.engines.database.drivers.mysql.subjects import oneline
from strongroom.engines.one_database.kinds import place_of
from strongroom.sdk import InvalidRequest
from tests.fuzz.effort import examples

MODES = st.builds(Quoting, st.booleans(), st.booleans())
SQL = st.text(alphabet="aBEGIN CREATE'\"`\\;-#/*!{}%()\n", max_size=80)
DSN = st.text(alphabet="ab:@/()?&=,.[]%{}tcpunix \x00é1", max_size=80)


@settings(max_examples=examples(200))
@given(DSN)
def test_a_data_source_name_is_read_or_refused(text: str) -> None:
    """And what is shown of it has the same meaning, but for the password."""
    place_of(text)
    with contextlib.suppress(InvalidRequest):
        found = parse(text)
        again = parse(without_password(text, "xxxxx"))
        assert (again.user, again.hosts, again.sockets, again.database) == (
            found.user,
            found.hosts,
            found.sockets,
            found.database,
        )


@settings(max_examples=examples(200))
@given(SQL, MODES, st.text(alphabet="a'\"`\\;-*/#\n", max_size=12))
def test_a_value_never_changes_where_statements_end(text: str, mode: Quoting, value: str) -> None:
    """Whatever the text around it is."""
    with contextlib.suppress(InvalidRequest):
        statements = cut([text.replace("{}", "{{name}}")], mode)
        for statement in statements:
            (again,) = cut([filled(statement, {"name": value}, mode)], mode)
            assert "".join(piece for _, piece in again) == filled(statement, {"name": value}, mode)


@settings(max_examples=examples(200))
@given(st.text(alphabet='CNOUE=,+\\/#"20aé ', max_size=60))
def test_a_subject_is_turned_or_refused(text: str) -> None:
    """In ASCII, with a name before each value."""
    with contextlib.suppress(InvalidRequest):
        found = oneline(text)
        assert found.isascii()
        assert all("=" in part for part in found[1:].split("/"))
