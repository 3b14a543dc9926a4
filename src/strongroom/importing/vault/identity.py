"""Entities, aliases and groups.  Ids and accessors are others at the destination, so all are named by their names."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from functools import partial
from typing import Any, Final

from strongroom.importing.inventory import Alias, Entity, Found, Group, Kind, SourceFault, Stage
from strongroom.importing.vault import documents
from strongroom.importing.vault.reading import Load, Place, found
from strongroom.importing.vault.table import IDENTITY

_MOUNT: Final = "identity/"
_UNMOUNTED = "its auth method isn't mounted any more"
_OWNERLESS = "whose it is can't be seen by the token"


def survey(place: Place) -> Iterator[Found]:
    """The identities of a namespace."""
    if place.selection.wants(Kind.ENTITY, Kind.GROUP, Kind.ALIAS):
        entities = yield from _names(place, Kind.ENTITY, "entity")
        groups = yield from _names(place, Kind.GROUP, "group")
        if place.selection.wants(Kind.ENTITY):
            for id_, name in entities.items():
                yield _at(place, Kind.ENTITY, f"entity/name/{name}", Stage.CONTENT, partial(_entity, place, id_))
        if place.selection.wants(Kind.GROUP):
            for id_, name in groups.items():
                yield from _group(place, id_, name, entities, groups)
        if place.selection.wants(Kind.ALIAS):
            yield from _aliases(place, "entity-alias", entities)
            yield from _aliases(place, "group-alias", groups)
    yield from documents.survey(place, _MOUNT, "", IDENTITY)


def _at(place: Place, kind: Kind, path: str, stage: Stage, load: Load) -> Found:
    return found(place, place.name(kind, _MOUNT, path), stage, "", load)


def _listed(place: Place, kind: Kind, noun: str) -> Generator[Found, None, dict[str, Mapping[str, Any]]]:
    """What the listing of a noun tells of each, by id; a line of the inventory if the token may not list it."""
    try:
        ids, told = place.listed(f"{_MOUNT}{noun}/id")
    except SourceFault as error:
        yield place.unseen(kind, _MOUNT, f"{noun}/id", error)
        return {}
    return {id_: told.get(id_) or {} for id_ in ids}


def _names(place: Place, kind: Kind, noun: str) -> Generator[Found, None, dict[str, str]]:
    told = yield from _listed(place, kind, noun)
    return {id_: str(info.get("name") or "") for id_, info in told.items()}


def _entity(place: Place, id_: str) -> Entity:
    data = place.data(f"{_MOUNT}entity/id/{id_}")
    return Entity(
        str(data["name"]), data.get("metadata") or {}, tuple(data.get("policies") or ()), bool(data.get("disabled"))
    )


def _group(
    place: Place, id_: str, name: str, entities: Mapping[str, str], groups: Mapping[str, str]
) -> Iterator[Found]:
    path = f"group/name/{name}"
    try:
        data = place.data(f"{_MOUNT}group/id/{id_}")
    except SourceFault as error:
        yield place.unseen(Kind.GROUP, _MOUNT, path, error)
        return
    group = Group(
        name,
        str(data.get("type") or "internal"),
        data.get("metadata") or {},
        tuple(data.get("policies") or ()),
        _named(data.get("member_entity_ids"), entities),
    )
    yield _at(place, Kind.GROUP, path, Stage.REFERENCES, lambda: group)
    if members := _named(data.get("member_group_ids"), groups):
        within = Group(name, member_groups=members)
        yield _at(place, Kind.GROUP, f"{path}/member-groups", Stage.MEMBERS, lambda: within)


def _named(ids: list[str] | None, names: Mapping[str, str]) -> tuple[str, ...]:
    """The names behind ids.  One that is in no listing belongs to another namespace, or was deleted."""
    return tuple(sorted(names[id_] for id_ in ids or () if id_ in names))


def _aliases(place: Place, noun: str, owners: Mapping[str, str]) -> Iterator[Found]:
    told = yield from _listed(place, Kind.ALIAS, noun)
    for id_, info in told.items():
        mount = str(info.get("mount_path") or "")
        path = f"{noun}/{mount}{info.get('name', '')}"
        name = place.name(Kind.ALIAS, _MOUNT, path)
        owner = owners.get(str(info.get("canonical_id") or ""), "")
        if not mount or not owner:
            yield Found(name, reason=_OWNERLESS if mount else _UNMOUNTED)
            continue
        stage = Stage.REFERENCES if noun == "entity-alias" else Stage.MEMBERS
        yield found(place, name, stage, "", partial(_alias, place, noun, id_, mount, owner))


def _alias(place: Place, noun: str, id_: str, mount: str, owner: str) -> Alias:
    data = place.data(f"{_MOUNT}{noun}/id/{id_}")
    return Alias(str(data["name"]), mount, owner, noun == "group-alias", data.get("custom_metadata") or {})
