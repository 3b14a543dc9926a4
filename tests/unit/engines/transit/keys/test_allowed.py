"""Lists of what is allowed say all, or name it."""

from __future__ import annotations

import pytest

from strongroom.engines.transit.key_types import KEY_TYPES
from strongroom.engines.transit.keys import allowed
from strongroom.engines.transit.keys.records import KeyRecord, TransitConfig
from strongroom.lib.errors import InvalidRequest


def key_for(*operations: str) -> KeyRecord:
    """A key that may be used for these operations."""
    return KeyRecord(id="id", type="aes256-gcm96", created_at=0.0, allowed_operations=operations)


@pytest.mark.parametrize("operation", allowed.OPERATIONS)
def test_a_key_is_used_for_what_it_names(operation: str) -> None:
    """`*` and the operation's own name allow it; all the others together don't, and an empty list allows nothing."""
    allowed.check_operation(KeyRecord(id="id", type="aes256-gcm96", created_at=0.0), operation)
    allowed.check_operation(key_for("*"), operation)
    allowed.check_operation(key_for(operation), operation)
    others = [name for name in allowed.OPERATIONS if name != operation]
    for operations in ([], others):
        with pytest.raises(InvalidRequest, match=f'allowed_operations don\'t include "{operation}"'):
            allowed.check_operation(key_for(*operations), operation)


@pytest.mark.parametrize("name", KEY_TYPES)
def test_a_type_is_made_where_it_is_named(name: str) -> None:
    """By the mount's list, as operations are by a key's."""
    allowed.check_type(TransitConfig(), name)
    allowed.check_type(TransitConfig(allowed_key_types=("*",)), name)
    allowed.check_type(TransitConfig(allowed_key_types=(name,)), name)
    others = tuple(other for other in KEY_TYPES if other != name)
    for types in ((), others):
        with pytest.raises(InvalidRequest, match=f'keys of type "{name}" may not be made here'):
            allowed.check_type(TransitConfig(allowed_key_types=types), name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(["c", "a"], ("a", "c")), (["a", "a"], ("a",)), (["*"], ("*",)), (["b", "*"], ("*",))],
)
def test_a_list_is_stored_in_one_order(given: list[str], expected: tuple[str, ...]) -> None:
    """Each name once; beside `*`, no other says anything."""
    assert allowed.names("field", given, ("a", "b", "c")) == expected


@pytest.mark.parametrize(
    ("given", "text"),
    [([], "field is empty"), (["a", "x", "w"], "field has no w, x; it takes"), (["*", ""], "field has no")],
)
def test_a_list_that_says_nothing_known_is_refused(given: list[str], text: str) -> None:
    """An empty list could mean all or nothing; an unknown name is a slip."""
    with pytest.raises(InvalidRequest, match=text):
        allowed.names("field", given, ("a", "b", "c"))
