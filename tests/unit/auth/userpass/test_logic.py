"""Names and hashes of users."""

from __future__ import annotations

import pytest

from strongroom.auth.userpass.logic import check_bcrypt, user_name
from strongroom.lib.errors import InvalidRequest, UnsupportedPath

HASH = "$2b$10$" + "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"


@pytest.mark.parametrize(("given", "name"), [("ann", "ann"), ("ANN", "ann"), ("_", "_"), ("a--.b", "a--.b")])
def test_names(given: str, name: str) -> None:
    """Letters, digits and inner dots and dashes make a name; its case doesn't matter."""
    assert user_name(given) == name


@pytest.mark.parametrize(("length", "taken"), [(512, True), (513, False)])
def test_a_name_has_a_length(length: int, taken: bool) -> None:
    """Whoever fails to log in leaves a row with the name that he tried."""
    if taken:
        assert len(user_name("a" * length)) == length
    else:
        with pytest.raises(UnsupportedPath):
            user_name("a" * length)


@pytest.mark.parametrize("given", ["", "a-", "-a", "a.", "a b", "a@b", "a/b", "ünï", "a\n", "\u0661"])
def test_no_names(given: str) -> None:
    """Anything else has no path."""
    with pytest.raises(UnsupportedPath):
        user_name(given)


def test_bcrypt_hashes() -> None:
    """A hash is taken as it is, unless it is malformed or made with too little or too much work."""
    assert check_bcrypt(HASH) == HASH
    for cost in ("05", "12"):
        assert check_bcrypt(HASH.replace("$10$", f"${cost}$"))
    for cost in ("13", "31"):
        with pytest.raises(InvalidRequest, match=f"bcrypt cost of {cost} exceeds maximum cost of 12"):
            check_bcrypt(HASH.replace("$10$", f"${cost}$"))
    with pytest.raises(InvalidRequest, match="cost of 4 is too low"):
        check_bcrypt(HASH.replace("$10$", "$04$"))
    for bad in ("", "nonsense", HASH[:-1], HASH + "x", HASH.replace("$10$", "$32$"), HASH.replace("$2b", "$1")):
        with pytest.raises(InvalidRequest, match="not a valid bcrypt hash"):
            check_bcrypt(bad)
