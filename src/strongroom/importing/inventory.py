"""What a source has, what an object of it is, and what became of each (p).

A *source* is a running server, or the store of one that was stopped.  It first says what there is, without reading any
content (`Source.survey`): that is the inventory, and all that a plan shows.  Then each object is loaded by itself
(`Source.load`), by several threads at a time, and written by a `Destination` that knows nothing of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final, Protocol

OTHER_FORM: Final = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)
"""What values raise that have another form than they are said to have, also those that are read only when needed."""


class Kind(StrEnum):
    """What sort of object it is; `-only` and `-exclude` take these words."""

    NAMESPACE = "namespaces"
    PASSWORD_POLICY = "password-policies"  # noqa: S105 - the word for a kind
    POLICY = "policies"
    MOUNT = "mounts"
    """A secrets engine's mount."""
    AUTH = "auth"
    """An auth method's mount."""
    CONFIG = "configs"
    """Settings that hold for a whole mount."""
    ROLE = "roles"
    """A role, user, group or certificate of a mount, and whatever else a mount has many of."""
    KV = "kv"
    TRANSIT = "transit"
    PKI = "pki"
    """An authority: certificate and key."""
    ENTITY = "entities"
    ALIAS = "aliases"
    GROUP = "groups"
    QUOTA = "quotas"
    AUDIT = "audit"
    LEASE = "leases"
    """Tokens and leases."""


def engine_of(type_: str, options: Mapping[str, Any] | None) -> str:
    """The name of a mount's type as servers are compared by it: the two versions of kv know nothing of each other."""
    bare = {"generic": "kv", "ns_token": "token"}.get(type_, type_)
    return f"kv-{(options or {}).get('version') or '1'}" if bare == "kv" else bare


class Stage(IntEnum):
    """When an object is written: all of a stage before any of the next, because the next ones name them."""

    NAMESPACES = 0
    RULES = 10
    """Policies of both kinds."""
    MOUNTS = 20
    SETTINGS = 30
    """Of mounts; keys and authorities, which roles name."""
    ROLES = 40
    CONTENT = 50
    """Secrets; entities, which aliases and groups name."""
    REFERENCES = 60
    """Aliases and groups."""
    MEMBERS = 70
    """Which groups are in which, once all exist; limits, which would slow what comes before."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """Which object it is.  Unique in a source; it stands in journals and reports, so it holds no secret.

    Attributes:
        namespace: as clients write it, `team/web/`; empty for root.
        mount: with the slash at its end, auth methods with `auth/` before; empty for what is in no mount.
        path: within the mount or, without one, below the namespace; as the API has it.
    """

    kind: Kind
    namespace: str
    mount: str
    path: str

    def __str__(self) -> str:
        where = f"{self.namespace}{self.mount}{self.path}"
        return f"{self.kind.value} {where or '(root)'}"


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the inventory.

    Attributes:
        stage: when it is written.
        engine: the type of the mount that it is, or is in, `kv-2` for kv with versions; empty for what is in none.
        reason: why it doesn't move, for people; empty if it does.
        remedy: the command that enters by hand what doesn't move; may be empty.
        hint: what the source needs to load it, as the source likes; nobody else reads it.
    """

    name: Name
    stage: Stage = Stage.CONTENT
    engine: str = ""
    reason: str = ""
    remedy: str = ""
    hint: Any = field(default=None, repr=False, compare=False)

    @property
    def moves(self) -> bool:
        """Whether it is written to the destination."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Lack:
    """A part of an object that can't come over.

    Attributes:
        what: a field, a version.
        reason: why, for people.
        remedy: the command that enters it by hand; may be empty.
    """

    what: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is written at a path of the destination's API, and read there again.

    Attributes:
        path: below `/v1/`, in the namespace.
        body: its fields.
        read_path: where it is read; empty if that is `path`, None if it can't be read.
        shown: what is read there, if that isn't the body.
        unseen: fields of the body that no server shows, so that they can't be compared.
        exact: whether it is somebody's data, and compared to the letter: an empty text isn't a field left out.
        creates_only: whether the path only creates, so that what is there is never written over.
        lacks: what couldn't be read.
        refused_if_absent: whether servers refuse to read what isn't there, as an authority of ssh.
    """

    path: str
    body: Mapping[str, Any] = field(repr=False)
    read_path: str | None = ""
    shown: Mapping[str, Any] | None = field(default=None, repr=False)
    unseen: frozenset[str] = frozenset()
    exact: bool = False
    creates_only: bool = False
    lacks: tuple[Lack, ...] = ()
    refused_if_absent: bool = False


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A mount, of a secrets engine or an auth method.

    Attributes:
        type: as the destination calls it.
        options: of its engine, as `version` of kv.
        config: its settings, as `sys/mounts/…/tune` takes them.
        accessor: the source's, which aliases name; empty if it has none.
    """

    path: str
    """With the slash at its end, auth methods with `auth/` before."""
    type: str
    description: str = ""
    local: bool = False
    seal_wrap: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    accessor: str = ""
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret.  Times as in RFC 3339; empty for none."""

    number: int
    created_time: str
    deletion_time: str = ""
    """May lie in the future."""
    destroyed: bool = False
    data: Any = field(default=None, repr=False)
    """A JSON object, or None.  Not there if the version is destroyed."""


@dataclass(frozen=True, slots=True)
class VersionedSecret:
    """A secret of kv, version 2.

    Attributes:
        settings: `max_versions`, `cas_required`, `delete_version_after`, `custom_metadata`, …, as `metadata/` shows it.
        versions: in ascending order, gaps and all.  Read once, and one by one: together they may be large.
    """

    mount: str
    path: str
    settings: Mapping[str, Any]
    current_version: int
    oldest_version: int
    created_time: str
    updated_time: str
    versions: Iterable[Version] = field(repr=False)
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """An issuer of pki.

    Attributes:
        certificate: in PEM.
        key: its private key in PEM; empty if it can't be had.
        name: the issuer's, which may be empty: ids are others at the destination.
        settings: as `issuer/REF` takes them, without its name.
    """

    mount: str
    certificate: str
    key: str = field(default="", repr=False)
    name: str = ""
    is_default: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of identity."""

    name: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Alias:
    """What ties a name of an auth method to an entity, or to an external group.

    Attributes:
        mount: the auth method's path, `auth/…/`: ids and accessors are others at the destination.
        owner: the entity's name, or the group's.
    """

    name: str
    mount: str
    owner: str
    of_group: bool = False
    custom_metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of identity; its members by name, because ids are others at the destination.

    `member_groups` are added in a stage of their own, when all groups exist.
    """

    name: str
    type: str = "internal"
    metadata: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[str, ...] = ()
    member_entities: tuple[str, ...] = ()
    member_groups: tuple[str, ...] | None = None


Content = Document | MountPoint | VersionedSecret | Authority | Entity | Alias | Group
"""What `Source.load` gives."""


class State(StrEnum):
    """What became of an object."""

    IMPORTED = "imported"
    SAME = "same"
    """It was there already, and is equal."""
    PARTLY = "partly"
    """It is there, without what `Outcome.lacks` names."""
    SKIPPED = "skipped"
    """Another one of that name was there, and stays."""
    LISTED = "listed"
    """It doesn't move, and the inventory says why."""
    GONE = "gone"
    """It was in the inventory, and the source has it no more."""
    FAILED = "failed"


DONE = frozenset({State.IMPORTED, State.SAME, State.PARTLY, State.SKIPPED, State.GONE})
"""What a resumed import doesn't do again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object; goes into the journal and the report, so it holds no secret."""

    name: Name
    state: State
    reason: str = ""
    lacks: tuple[Lack, ...] = ()
    remedy: str = ""


class SourceFault(Exception):
    """The source can't give an object, or has ended; its text is for people and holds no secret.

    Args:
        text: what is wrong.
        ends: whether nothing more can be had of the source: it is gone, or its token has expired.
    """

    def __init__(self, text: str, *, ends: bool = False) -> None:
        super().__init__(text)
        self.ends = ends


class Vanished(SourceFault):
    """The object was deleted since the inventory was made."""


class Unmovable(SourceFault):
    """Loading showed that the object doesn't move, because of what it is.

    Args:
        text: why, for people; without secrets.
        remedy: the command that enters it by hand; may be empty.
    """

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(text)
        self.remedy = remedy


class Source(Protocol):
    """Where objects come from.  It is only read."""

    @property
    def label(self) -> str:
        """Which one it is, the same in every run: journals are kept for one source.  Without secrets."""
        ...

    def survey(self) -> Iterator[Found]:
        """Everything there is, what doesn't move included.  Raises `SourceFault`."""
        ...

    def load(self, found: Found) -> Content:
        """The content of an object that moves; called by several threads.

        Raises: `Vanished`, `Unmovable`, `SourceFault`.
        """
        ...
