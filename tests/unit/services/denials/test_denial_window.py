"""The bounds of what one process keeps of an interval."""

from __future__ import annotations

from strongroom.services.denials import DenialRecord, Window


def _denial(id_: str, path: str = "a") -> DenialRecord:
    return DenialRecord(
        id=id_, at=1.0, operation="read", path=path, namespace="root", policies=(), token_namespace="root"
    )


def test_each_token_has_four_places_and_all_have_thirty_two() -> None:
    """What finds no room is dropped, nothing that is in is; taking makes room again."""
    window = Window()
    for number in range(6):
        window.note(_denial(f"a{number}"), "a")
    assert not window.has_room("a")
    for number in range(40):
        window.note(_denial(f"b{number}"), f"b{number}")
    assert not window.has_room("c")
    taken = [denial.id for denial in window.take()]
    assert taken == [f"a{number}" for number in range(4)] + [f"b{number}" for number in range(28)]
    assert window.take() == []
    assert window.has_room("a")


def test_a_request_that_runs_again_counts_once() -> None:
    """The later attempt's reasons count, and its place isn't taken twice."""
    window = Window()
    for path in ("a", "b", "c", "d", "e"):
        window.note(_denial("same", path), "a")
    assert window.has_room("a")
    assert window.find("same") == _denial("same", "e")
    assert window.find("other") is None
