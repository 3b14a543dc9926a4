"""Entities, aliases and groups, which are found by name and named by the destination's own ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strongroom.importing.calling import Caller, Rejected
from strongroom.importing.destination.comparing import differing
from strongroom.importing.destination.documents import read
from strongroom.importing.destination.mounts import Mounts
from strongroom.importing.destination.standing import Presence, Standing
from strongroom.importing.inventory import Alias, Entity, Group


@dataclass(frozen=True, slots=True)
class People:
    """The identities of the destination."""

    caller: Caller
    mounts: Mounts

    def look(self, namespace: str, content: Entity | Alias | Group) -> Standing:
        """What is there of it."""
        match content:
            case Entity():
                return _standing(_entity_body(content), self._named(namespace, "entity", content.name))
            case Group():
                return self._look_group(namespace, content)
            case Alias():
                return self._look_alias(namespace, content)

    def write(self, namespace: str, content: Entity | Alias | Group) -> None:
        """Write it.  Raises as `Caller.put`, and `Rejected` for a name that isn't there."""
        match content:
            case Entity():
                self.caller.put(namespace, "identity/entity", {"name": content.name, **_entity_body(content)})
            case Group():
                self._write_group(namespace, content)
            case Alias():
                self._write_alias(namespace, content)

    def _named(self, namespace: str, noun: str, name: str) -> dict[str, Any] | None:
        return read(self.caller, namespace, f"identity/{noun}/name/{name}")

    def _id(self, namespace: str, noun: str, name: str) -> str:
        there = self._named(namespace, noun, name)
        if there is None:
            raise Rejected(f"there is no {noun} {name}")
        return str(there["id"])

    def _look_group(self, namespace: str, group: Group) -> Standing:
        there = self._named(namespace, "group", group.name)
        if there is None:
            return Standing(Presence.ABSENT)
        ids = [str(id_) for id_ in there.get("member_group_ids" if group.member_groups else "member_entity_ids") or ()]
        noun = "group" if group.member_groups else "entity"
        members = sorted(
            str((read(self.caller, namespace, f"identity/{noun}/id/{id_}") or {}).get("name")) for id_ in ids
        )
        if group.member_groups is not None:
            if not members:
                return Standing(Presence.ABSENT)
            same = members == sorted(group.member_groups)
            return Standing(Presence.SAME if same else Presence.OTHER, () if same else ("member groups",))
        standing = _standing(_group_body(group), there)
        if members == sorted(group.member_entities):
            return standing
        return Standing(Presence.OTHER, (*standing.differences, "members"))

    def _write_group(self, namespace: str, group: Group) -> None:
        if group.member_groups is not None:
            ids = [self._id(namespace, "group", name) for name in group.member_groups]
            self.caller.put(namespace, f"identity/group/name/{group.name}", {"member_group_ids": ids})
            return
        body = {"name": group.name, **_group_body(group)}
        if group.type == "internal":
            body["member_entity_ids"] = [self._id(namespace, "entity", name) for name in group.member_entities]
        self.caller.put(namespace, "identity/group", body)

    def _look_alias(self, namespace: str, alias: Alias) -> Standing:
        owner = self._named(namespace, "group" if alias.of_group else "entity", alias.owner)
        accessor = self._accessor(namespace, alias)
        held = (owner or {}).get("alias" if alias.of_group else "aliases") or ()
        for there in [held] if isinstance(held, dict) else held:
            if there.get("mount_accessor") == accessor and there.get("name") == alias.name:
                return _standing({"custom_metadata": dict(alias.custom_metadata)}, there)
        body = {"alias_name": alias.name, "alias_mount_accessor": accessor}
        noun = "group" if alias.of_group else "entity"
        other = self.caller.put(namespace, f"identity/lookup/{noun}", body).get("data")
        return Standing(Presence.OTHER, (f"it is of {other.get('name')}",)) if other else Standing(Presence.ABSENT)

    def _write_alias(self, namespace: str, alias: Alias) -> None:
        noun = "group" if alias.of_group else "entity"
        body: dict[str, Any] = {
            "name": alias.name,
            "canonical_id": self._id(namespace, noun, alias.owner),
            "mount_accessor": self._accessor(namespace, alias),
        }
        if alias.custom_metadata:
            body["custom_metadata"] = dict(alias.custom_metadata)
        self.caller.put(namespace, f"identity/{noun}-alias", body)

    def _accessor(self, namespace: str, alias: Alias) -> str:
        mount = self.mounts.find(namespace, alias.mount)
        if mount is None:
            raise Rejected(f"{alias.mount} isn't mounted")
        return str(mount.get("accessor"))


def _standing(body: dict[str, Any], there: dict[str, Any] | None) -> Standing:
    if there is None:
        return Standing(Presence.ABSENT)
    differences = differing(body, there)
    return Standing(Presence.OTHER if differences else Presence.SAME, tuple(differences))


def _entity_body(entity: Entity) -> dict[str, Any]:
    return {"metadata": dict(entity.metadata), "policies": list(entity.policies), "disabled": entity.disabled}


def _group_body(group: Group) -> dict[str, Any]:
    return {"type": group.type, "metadata": dict(group.metadata), "policies": list(group.policies)}
