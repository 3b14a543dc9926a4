"""Maps that a template may change, and maps that belong to others."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions import for_one_execution
from tests.unit.template.functions.calls import call


@pytest.mark.parametrize("made", ["sprig_dict", "parseJSON"])
def test_a_map_of_the_template_is_changed_in_place(made: str) -> None:
    """`$_ := sprig_set $d …` is seen by whoever uses `$d` later, as templates written for sprig expect."""
    own = call("sprig_dict") if made == "sprig_dict" else call("parseJSON", '{"a": {}}')
    call("sprig_set", own, "b", 1)
    call("sprig_merge", own, {"c": 2})
    call("sprig_unset", own, "a")
    assert own == {"b": 1, "c": 2}


@pytest.mark.parametrize(
    ("name", "rest", "result"),
    [
        ("sprig_set", ("b", 1), {"a": {"x": 1}, "b": 1}),
        ("sprig_unset", ("a",), {}),
        ("sprig_merge", ({"a": {"y": 2}},), {"a": {"x": 1, "y": 2}}),
        ("mergeMapWithOverride", ({"a": {"x": 2}},), {"a": {"x": 2}}),
    ],
)
def test_a_map_of_somebody_else_stays(name: str, rest: tuple[Any, ...], result: dict[str, Any]) -> None:
    """A secret that the agent keeps isn't changed by a template that sets something in it."""
    others = {"a": {"x": 1}}
    assert call(name, others, *rest) == result
    assert others == {"a": {"x": 1}}


@pytest.mark.parametrize("way", ["set", "within", "merge", "dict", "scratch"])
def test_no_map_contains_itself(way: str) -> None:
    """A value that is endless would hang whoever walks over it."""
    own = call("sprig_dict", "a", 1)
    with pytest.raises(FunctionFailed, match="contain itself"):
        match way:
            case "set":
                call("sprig_set", own, "self", own)
            case "within":
                call("sprig_set", own, "b", call("sprig_list", call("sprig_dict", "c", own)))
            case "merge":
                call("sprig_merge", own, {"b": {"c": own}})
            case "dict":
                call("sprig_set", own, "b", inner := call("sprig_dict"))
                call("sprig_set", inner, "a", own)
            case "scratch":
                scratch = for_one_execution()["scratch"].call()
                scratch.put("m", own)
                scratch.put_in_map("m", "b", own)
    assert call("toJSON", own)


def test_unfolded_paths_leave_the_map_that_was_given() -> None:
    """`explodeMap` puts what a path leads to into a copy of the map that another path has."""
    given = {"a": {"x": 1}, "a/b": 2}
    assert call("explodeMap", given) == {"a": {"x": 1, "b": 2}}
    assert given == {"a": {"x": 1}, "a/b": 2}


def test_errors_about_paths_have_no_values() -> None:
    """The value may be a secret, and the error goes to the log."""
    with pytest.raises(FunctionFailed) as caught:
        call("explodeMap", {"a": "hunter2", "a/b": 1})
    assert "hunter2" not in caught.value.text
