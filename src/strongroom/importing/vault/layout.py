"""How an engine's documents lie: a row for each, so that another type is a table and no code (p)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from strongroom.importing.inventory import Kind, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """One document at a fixed path of a mount, or one for each name of a listing.

    Attributes:
        path: of the document, with `{name}` where the name of a listing stands.  Without `{name}`, the inventory has
            one line for all that is listed.
        folder: the path that lists the names; empty for a document at a fixed path.
        write_path: where it is written, if that isn't `path`.
        hidden: fields that it may have and that no server shows, such as passwords, each with the field that is set
            if it has one; with an empty name, it always has.
        shown_only: fields that are shown and can't be written.
        added: fields that are written besides.
        reason: why none of them moves; empty if they do.
        remedy: the command that enters one by hand; `{path}` stands for the document's path, quoted for a shell.
        built_in: names that every server has, with the same content.
        nested: a field whose own fields are written beside the others.
        unset_by_0: fields that aren't written if they are 0, which the destination takes for a mistake.
    """

    path: str
    folder: str = ""
    write_path: str = ""
    kind: Kind = Kind.ROLE
    stage: Stage = Stage.ROLES
    hidden: Mapping[str, str] = field(default_factory=dict)
    shown_only: frozenset[str] = frozenset()
    added: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    remedy: str = ""
    built_in: frozenset[str] = frozenset()
    nested: str = ""
    unset_by_0: frozenset[str] = frozenset()


Layout = tuple[Documents, ...]
"""What a type of mount has, in any order: stages put them into theirs."""


def setting(path: str, **more: Any) -> Documents:
    """The settings of a whole mount."""
    return Documents(path=path, **{"kind": Kind.CONFIG, "stage": Stage.SETTINGS, **more})


def each(folder: str, **more: Any) -> Documents:
    """A document for each name of a listing."""
    return Documents(folder=folder, **{"path": f"{folder}/{{name}}", **more})
