"""Names of users."""

from __future__ import annotations

import pytest

from strongroom.engines.one_database.kinds import check_lengths, mysql_name, postgresql_name
from strongroom.engines.one_database.records import SqlRole
from strongroom.sdk import InvalidRequest

RANDOM = "0123456789abcdef0123456789abcdef0123"


def test_a_name_has_the_beginnings_of_two_names_and_random_characters() -> None:
    """As long as the role says."""
    role = SqlRole(sql="x")
    assert mysql_name("readonly", role, "token-bob", RANDOM) == "read-toke-012345"
    assert mysql_name("r", role, "", RANDOM) == "r--0123456789abc"
    assert postgresql_name("readonly", role, "t" * 40, RANDOM) == "t" * 26 + "-" + RANDOM


@pytest.mark.parametrize("lengths", [(15, 4, 4), (33, 4, 4), (0, 0, 0), (32, 20, 10), (16, -1, 4), (16, 4, -100)])
def test_lengths_leave_room_for_random_characters(lengths: tuple[int, int, int]) -> None:
    """Or two users would have one name, and the end of one would be that of the other."""
    username, rolename, displayname = lengths
    role = SqlRole(sql="x", username_length=username, rolename_length=rolename, displayname_length=displayname)
    with pytest.raises(InvalidRequest, match="length"):
        check_lengths(role)
