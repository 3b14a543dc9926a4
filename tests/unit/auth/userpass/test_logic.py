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


@pytest.mark.parametrize("given", ["", "a-", "-a", "a.", "a b", "a@b", "a/b", "ünï", "a\n", "\u0661"])
def test_no_names(given: str) -> None:
    """Anything else has no path."""
    with pytest.raises(UnsupportedPath):
        user_name(given)


def test_bcrypt_hashes() -> None:
    """A hash is taken as it is, unless it is malformed or made with too little work."""
    assert check_bcrypt(HASH) == HASH
    with pytest.raises(InvalidRequest, match="cost of 4 is too low"):
        check_bcrypt(HASH.replace("$10$", "$04$"))
    for bad in ("", "nonsense", HASH[:-1], HASH + "x", HASH.replace("$10$", "$32$"), HASH.replace("$2b", "$1")):
        with pytest.raises(InvalidRequest, match="not a valid bcrypt hash"):
            check_bcrypt(bad)
