"""The rows and counters that follow from a lease's record."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.due import DueRecord, due_key
from strongroom.services.leases import LeaseRecord, rows
from strongroom.services.leases.records import PLANNED, LeaseMark
from strongroom.storage.keys import check_key

PLAIN = LeaseRecord(
    id="db/creds/app/x.below1",
    mount="m",
    path="db/creds/app",
    token_key="",
    issued_at=1.0,
    expires_at=2.0,
    ttl_s=1,
    max_ttl_s=0,
    renewable=True,
)


def changed(**fields: Any) -> LeaseRecord:
    """The lease with other fields."""
    return msgspec.structs.replace(PLAIN, **fields)


def test_a_plain_lease_has_three_rows() -> None:
    """Itself, when it is due, and by its mount."""
    assert rows.of(PLAIN) == {
        keys.lease(PLAIN.id): PLAIN,
        due_key(2.0, "lease", PLAIN.id, "m"): DueRecord(kind="lease", id=PLAIN.id),
        f"{keys.LEASE_OF_MOUNT}m/{PLAIN.id}": LeaseMark(),
    }
    assert rows.counters(PLAIN) == [keys.LEASE_COUNT + "m"]


def test_each_thing_to_find_it_by_is_a_row() -> None:
    """Token, entity, account, reuse, and irrevocability; each where those who look for it look."""
    plain = rows.of(PLAIN).keys()

    def more(**fields: Any) -> set[str]:
        found = rows.of(changed(**fields))
        for key in found:
            check_key(key)
        return {key.removesuffix(PLAIN.id) for key in found.keys() - plain}

    assert more(token_key="t.above1") == {keys.leases_of_token("t.above1")}
    assert more(entity_id="e.above1") == {"shared/above1/lease/entity/e.above1/"}
    assert more(account="CN=Ann/Bob,\0") == {rows.of_account("below1", "CN=Ann/Bob,\0")}
    assert more(reuse="v1", entity_id="e", group="role/a") == {
        rows.reusable("below1", "m", "e", "role/a", "v1"),
        keys.leases_of_entity("e"),
    }
    assert more(attempts=5) == set()
    assert more(attempts=6) == {rows.irrevocable("below1")}
    assert all(key.startswith("shared/below1/") for key in more(account="a"))


def test_what_may_be_given_again_is_told_apart() -> None:
    """By mount, entity, group and what the requests have in common; no two of these run into each other."""
    places = {
        rows.reusable("root", mount, entity, group, reuse)
        for mount in ("m", "n")
        for entity in ("e", "f")
        for group, reuse in (("ab", "c"), ("a", "bc"), ("a", "c"), ("abc", ""), ("2 a", "c"))
    }
    assert len(places) == 20


def test_a_target_is_a_group_of_its_own() -> None:
    """Of the same mount, whatever its name is; the time decides among its leases."""
    one, two = (rows.due(changed(target=target)) for target in ("a/b", "a.b"))
    assert one != two
    for key in (one, two):
        check_key(key)
        assert key.startswith(f"{keys.QUEUE}target-lease/m.")
    assert rows.due(changed(target="a/b", next_attempt_at=9.0)) > one


def test_what_a_lease_is_counted_in() -> None:
    """Its mount, its group, and those being made."""
    assert rows.counters(changed(group="role/a")) == [keys.LEASE_COUNT + "m", rows.group_count("m", "role/a")]
    assert rows.counters(changed(state=PLANNED)) == [keys.LEASE_COUNT + "m", keys.LEASE_PLANNED_COUNT + "m"]
    assert rows.group_count("m", "role/a").startswith(rows.group_counts("m"))
