"""Names of users."""

from __future__ import annotations

import pytest

from strongroom.engines.one_database.kinds import check_lengths, mysql_name, place_of, postgresql_name
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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a:b@tcp(db:1)/x", "c:d/e@tcp(db:1)/y?tls=true", True),
        ("a:b@tcp(db:1)/x", "a:b@tcp(other:1)/x", False),
        ("postgresql://a:b@db:1/x?sslmode=disable", "postgres://c:d@db:1/y", True),
        ("postgresql://a:b@db:1/x", "postgresql://a:b@db:2/x", False),
        ("host=db port=1 user=a password=b", "user=c password=d port=1 host=db", True),
        ("host=db user=a password=b", "host=other user=a password=b", False),
        ("a:b@unix(/run/one)/", "a:b@unix(/run/two)/", False),
    ],
)
def test_a_place_is_the_server_alone(one: str, other: str, same: bool) -> None:
    """Who rotates a password or asks another database of it goes on with the same users."""
    assert (place_of(one) == place_of(other)) is same
