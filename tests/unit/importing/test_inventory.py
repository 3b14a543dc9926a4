"""What a source has, and how it is shown."""

from __future__ import annotations

from strongroom.importing.inventory import DONE, Document, Found, Kind, Name, Stage, State, Version


def test_a_name_shows_its_whole_place() -> None:
    """What people read of an object says namespace, mount and path; the root namespace is named too."""
    assert str(Name(Kind.KV, "team/", "secret/", "web/db")) == "kv team/secret/web/db"
    assert str(Name(Kind.CONFIG, "", "", "")) == "configs (root)"


def test_what_has_a_reason_does_not_move() -> None:
    """An object with a reason against it is listed, all others move."""
    name = Name(Kind.TRANSIT, "", "transit/", "k")
    assert Found(name).moves
    assert not Found(name, reason="the key isn't exportable").moves


def test_no_content_is_shown() -> None:
    """Fields and data are in no `repr`, which logs and tracebacks have."""
    shown = repr(Document("p", {"bindpass": "canary"})) + repr(Version(1, "", data={"a": "canary"}))
    assert "canary" not in shown


def test_only_failed_objects_are_tried_again() -> None:
    """A resumed import does again what failed; what is only listed has never been tried."""
    assert frozenset(State) - DONE == {State.FAILED, State.LISTED}


def test_stages_go_from_what_is_named_to_what_names() -> None:
    """Mounts come before what stands in them, groups' members after the groups."""
    assert Stage.NAMESPACES < Stage.RULES < Stage.MOUNTS < Stage.SETTINGS < Stage.ROLES < Stage.CONTENT < Stage.MEMBERS
