"""Who may check an account in, and for how long one is lent."""

from __future__ import annotations

import pytest

from strongroom.engines.ldap.libraries import LibraryFields, is_borrower, lent_s, merged
from strongroom.engines.ldap.records import Library, ServiceAccount
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Client


@pytest.mark.parametrize(
    ("account", "client", "is_one"),
    [
        ({"entity": "e", "token": "t"}, Client(entity_id="e", token_key="other"), True),
        ({"entity": "e", "token": "t"}, Client(entity_id="other", token_key="t"), True),
        ({"entity": "e", "token": "t"}, Client(entity_id="other", token_key="other"), False),
        ({"token": "t"}, Client(token_key="t"), True),
        # Batch tokens have no key, and tokens without an entity are everybody's.
        ({}, Client(), False),
        ({"entity": "e"}, Client(), False),
        ({"token": "t"}, None, False),
    ],
)
def test_nothing_in_common_is_no_proof(account: dict[str, str], client: Client | None, is_one: bool) -> None:
    """Two that both lack an entity or a key don't share one."""
    assert is_borrower(ServiceAccount(library="l", username="u", **account), client) is is_one  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ttl", "wanted", "lent"),
    [(60, None, 60), (60, 30, 30), (60, 90, 60), (60, 0, 60), (0, 30, 30), (0, None, 0), (0, 0, 0)],
)
def test_a_check_out_only_shortens(ttl: int, wanted: int | None, lent: int) -> None:
    """The library's time is the most, if it has one."""
    assert lent_s(Library(ttl=ttl), wanted) == lent


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"service_account_names": []},
        {"service_account_names": [""]},
        {"service_account_names": ["a\nb"]},
        {"service_account_names": ["a" * 513]},
        {"service_account_names": [str(n) for n in range(501)]},
        {"service_account_names": ["a"], "ttl": 20, "max_ttl": 10},
    ],
)
def test_a_library_that_cant_be_is_refused(fields: dict[str, object]) -> None:
    """Nobody in it, names that are none, too many, and times that contradict each other."""
    with pytest.raises(InvalidRequest):
        merged(None, LibraryFields(**fields))  # type: ignore[arg-type]


def test_a_name_that_is_given_twice_is_one() -> None:
    """In the order of the first."""
    library = merged(None, LibraryFields(service_account_names=["b", "a", "b"]))  # type: ignore[arg-type]
    assert library.service_account_names == ("b", "a")
