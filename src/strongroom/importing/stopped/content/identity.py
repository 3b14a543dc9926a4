"""Entities, aliases and groups, which lie together in packed rows.  All are named by their names: ids will be others.

Source: https://github.com/openbao/openbao, `types.proto` of identity and of the storage packer, for the fields' numbers
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from strongroom.importing.inventory import Alias, Content, Entity, Found, Group, Kind, SourceFault, Stage
from strongroom.importing.stopped.content.mounts import table
from strongroom.importing.stopped.content.place import Place
from strongroom.importing.stopped.encoding.protobuf import Malformed, Message

_MOUNT: Final = "identity/"
_UNMOUNTED: Final = "its auth method isn't mounted any more"


def survey(place: Place) -> Iterator[Found]:
    """The identities of a namespace."""
    rows = next(
        (
            f"logical/{entry['uuid']}/"
            for entry in table(place, Kind.MOUNT)
            if str(entry.get("type")).removeprefix("ns_") == "identity"
        ),
        None,
    )
    if rows is None:
        return
    accessors = {str(entry.get("accessor")): f"auth/{entry['path']}" for entry in table(place, Kind.AUTH)}
    try:
        entities = list(_items(place, f"{rows}packer/buckets/"))
        groups = list(_items(place, f"{rows}packer/group/buckets/"))
        yield from _entities(place, entities, accessors)
        yield from _groups(place, groups, {each.text(2): each.text(3) for each in entities}, accessors)
    except Malformed as error:
        raise SourceFault(f"identities of {place.namespace or 'root'}: {error}") from None


def _items(place: Place, rows: str) -> Iterator[Message]:
    """The messages in packed rows: in a list in older rows, by their id in newer ones."""
    for name in place.names(rows):
        bucket = place.message(f"{rows}{name}")
        boxes = [item.message(2) for item in (*bucket.messages(2), *bucket.messages(3))]
        yield from (box.message(2) for box in boxes)


def _entities(place: Place, entities: list[Message], accessors: Mapping[str, str]) -> Iterator[Found]:
    for each in entities:
        entity = Entity(each.text(3), each.strings(4), tuple(each.texts(8)), bool(each.number(11)))
        name = (Kind.ENTITY, _MOUNT, f"entity/name/{entity.name}")
        yield from place.found(name, Stage.CONTENT, "", partial(_given, entity))
        for alias in each.messages(1):
            yield from _alias(place, alias, accessors, entity.name, of_group=False)


def _groups(
    place: Place, groups: list[Message], entities: Mapping[str, str], accessors: Mapping[str, str]
) -> Iterator[Found]:
    within: dict[str, list[str]] = {}
    for each in groups:
        for parent in each.texts(4):
            within.setdefault(parent, []).append(each.text(2))
    for each in groups:
        name, path = each.text(2), f"group/name/{each.text(2)}"
        members = tuple(sorted(entities[id_] for id_ in each.texts(5) if id_ in entities))
        group = Group(name, each.text(12) or "internal", each.strings(6), tuple(each.texts(3)), members)
        yield from place.found((Kind.GROUP, _MOUNT, path), Stage.REFERENCES, "", partial(_given, group))
        if below := within.get(each.text(1)):
            nested = Group(name, member_groups=tuple(sorted(below)))
            whole = (Kind.GROUP, _MOUNT, f"{path}/member-groups")
            yield from place.found(whole, Stage.MEMBERS, "", partial(_given, nested))
        if each.all(11):
            yield from _alias(place, each.message(11), accessors, name, of_group=True)


def _alias(
    place: Place, stored: Message, accessors: Mapping[str, str], owner: str, *, of_group: bool
) -> Iterator[Found]:
    mount = accessors.get(stored.text(4), "")
    noun = "group-alias" if of_group else "entity-alias"
    name = (Kind.ALIAS, _MOUNT, f"{noun}/{mount}{stored.text(7)}")
    if not mount:
        yield from place.stays(name, "", _UNMOUNTED)
        return
    alias = Alias(stored.text(7), mount, owner, of_group, stored.strings(12))
    stage = Stage.MEMBERS if of_group else Stage.REFERENCES
    yield from place.found(name, stage, "", partial(_given, alias))


def _given(content: Content) -> Content:
    return content
