"""What the store's audit devices lack or have too much."""

from __future__ import annotations

import pytest

from strongroom.audit.records import AuditRecord, Manifest, difference, head_key


def device(id_: str, path: str) -> AuditRecord:
    """A device's row."""
    return AuditRecord(path=path, type="file", description="", options={}, local=False, salt=b"s", id=id_)


@pytest.mark.parametrize(
    ("listed", "present", "text"),
    [
        ({}, [], ""),
        ({"1": "a/"}, [("1", "a/")], ""),
        ({"1": "a/", "2": "b/"}, [("2", "b/"), ("1", "a/")], ""),
        ({"1": "a/"}, [], "missing: a/"),
        ({"1": "b/", "2": "a/"}, [], "missing: a/, b/"),
        ({}, [("1", "b/"), ("2", "a/")], "not on the list: a/, b/"),
        ({"1": "a/"}, [("2", "b/")], "missing: a/; not on the list: b/"),
        ({"1": "a/"}, [("2", "a/")], "missing: a/; not on the list: a/"),
        ({"1": "a/"}, [("1", "b/")], "missing: a/; not on the list: b/"),
    ],
)
def test_devices_are_those_of_the_list(listed: dict[str, str], present: list[tuple[str, str]], text: str) -> None:
    """By id and path, both: who gives another device a listed path, or a listed device another path, is noticed."""
    assert difference(Manifest(devices=listed), [device(*row) for row in present]) == text


def test_a_list_that_is_missing_is_no_empty_one() -> None:
    """Whether there are devices or not."""
    for present in ([], [device("1", "a/")]):
        assert difference(None, present) == "the list of audit devices is missing"


def test_a_record_shows_no_key() -> None:
    """Where it is printed; a writer's head lies below its device."""
    assert repr(device("1", "a/")) == "AuditRecord(path=a/, type=file)"
    assert head_key("device", "writer").endswith("/device/writer")
