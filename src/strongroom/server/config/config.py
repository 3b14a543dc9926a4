"""The server's configuration: files of HCL or JSON to one value (pure).

    config = apply_environment(merge([parse_config(text, name) for name, text in files]), os.environ)

An unknown key, or one without use here, is a notice with its place; a value of the wrong type is an error.

Source: https://developer.hashicorp.com/vault/docs/configuration, https://openbao.org/docs/configuration/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from strongroom.lib.hcl import Block, HclError, Item, Literal, ObjectNode, parse
from strongroom.server.config.addresses import check_apart, check_listener, check_url
from strongroom.server.config.reader import (
    ConfigError,
    Notice,
    Reader,
    Where,
    boolean,
    integer,
    keys_of,
    text,
)
from strongroom.server.config.stanzas import (
    AuditConfig,
    Listener,
    ListenerTelemetry,
    Region,
    SealConfig,
    Settings,
    StorageConfig,
    Telemetry,
    UserLockout,
)

__all__ = [
    "AuditConfig",
    "Config",
    "ConfigError",
    "Listener",
    "Notice",
    "Region",
    "SealConfig",
    "Settings",
    "StorageConfig",
    "Telemetry",
    "UserLockout",
    "Where",
    "merge",
    "parse_config",
]

_STORAGE = ("storage", "backend")
_HA_STORAGE = ("ha_storage", "ha_backend")
_MIGRATION = ("storage_source", "storage_destination")
_SEALS = ("seal", "hsm")
_STANZAS = {
    *(*_STORAGE, *_HA_STORAGE, *_SEALS),
    *("listener", "region", "telemetry", "audit", "user_lockout", "service_registration", "enable_ui"),
}
_LISTENERS = {"tcp": "127.0.0.1:8200", "unix": ""}
_API_ADDRESSES = ("api_addr", "redirect_addr", "advertise_addr")
"""The names that the API's address had inside `storage`, newest first."""
NODE_OPTIONS = frozenset({*_API_ADDRESSES, "cluster_addr"})
"""Settings of the node that old files have inside `storage`."""


def _homes() -> dict[str, str]:
    """Where each key belongs that only one stanza has, for those that stand in another one."""
    homes: dict[str, list[str]] = {}
    for kind, home in (
        (Settings, "outside of all stanzas"),
        (Listener, "in a listener stanza"),
        (ListenerTelemetry, "in the telemetry of a listener stanza"),
        (Telemetry, "in the telemetry stanza outside of listeners"),
        (Region, "in the region stanza"),
        (UserLockout, "in a user_lockout stanza"),
    ):
        for name in keys_of(kind):
            homes.setdefault(name, []).append(home)
    return {name: found[0] for name, found in homes.items() if len(found) == 1}


_HOMES = _homes()


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration."""

    settings: Settings = field(default_factory=Settings)
    storage: StorageConfig | None = None
    ha_storage: StorageConfig | None = None
    service_registration: StorageConfig | None = None
    listeners: tuple[Listener, ...] = ()
    seals: tuple[SealConfig, ...] = ()
    audits: tuple[AuditConfig, ...] = ()
    user_lockouts: tuple[UserLockout, ...] = ()
    telemetry: Telemetry | None = None
    region: Region | None = None
    files: tuple[str, ...] = field(default=(), compare=False)
    """Where it was read from."""
    notices: tuple[Notice, ...] = field(default=(), compare=False)
    """What has no effect, in the order of the files."""


def parse_config(source: str, filename: str) -> Config:
    """Parse one file.

    Args:
        source: HCL, or JSON if it begins with `{`.
        filename: for notices and errors.

    Raises:
        ConfigError: it is neither, or a value has the wrong type; with the file, the line, what was expected and
            what was found.
    """
    reader = Reader(filename, _HOMES)
    try:
        return _read(reader, parse(source))
    except HclError as error:
        raise ConfigError(reader.where(error.pos), error.problem) from None


def merge(configs: Iterable[Config]) -> Config:
    """Put several files together, in the order of their names or of the `-config` flags.

    Later files win where one value is needed; listeners, seals, audit devices and lockouts add up; what is switched
    on in one file stays on; of the two lease ceilings the greater counts.
    """
    merged = Config()
    for config in configs:
        replaced = tuple(_replaced(merged, config))
        merged = Config(
            settings=_merge_settings(merged.settings, config.settings),
            storage=config.storage or merged.storage,
            ha_storage=config.ha_storage or merged.ha_storage,
            service_registration=config.service_registration or merged.service_registration,
            listeners=merged.listeners + config.listeners,
            seals=merged.seals + config.seals,
            audits=merged.audits + config.audits,
            user_lockouts=merged.user_lockouts + config.user_lockouts,
            telemetry=config.telemetry or merged.telemetry,
            region=config.region or merged.region,
            notices=merged.notices + config.notices + replaced,
        )
    _check_unique(merged)
    return merged


def _replaced(before: Config, after: Config) -> Iterator[Notice]:
    """A notice for each stanza of an earlier file that a later file's takes the place of, as a whole."""
    for name in ("storage", "ha_storage", "service_registration"):
        earlier, later = getattr(before, name), getattr(after, name)
        if earlier is not None and later is not None:
            gone = sorted({*earlier.options, *earlier.blocks} - {*later.options, *later.blocks})
            lost = f"; its {', '.join(gone)} count{'s' if len(gone) == 1 else ''} no more" if gone else ""
            yield Notice(later.where, f"{name} takes the place of the one at {earlier.where}, as a whole{lost}")


def _merge_settings(one: Settings, other: Settings) -> Settings:
    values: dict[str, Any] = {}
    for found in fields(Settings):
        before, after = getattr(one, found.name), getattr(other, found.name)
        if found.name in {"default_lease_ttl_s", "max_lease_ttl_s"}:
            values[found.name] = max(before, after)
        elif isinstance(after, tuple):
            values[found.name] = tuple(dict.fromkeys((before or ()) + after))
        else:
            # Also right for booleans: all of them are off by default.
            values[found.name] = before if after == found.default else after
    return replace(one, **values)


def _check_unique(config: Config) -> None:
    """Refuse stanzas that would silently replace others."""
    seals: set[str] = set()
    for seal in config.seals:
        if seal.name in seals:
            raise ConfigError(seal.where, f'expected seals with different names, found "{seal.name}" twice')
        seals.add(seal.name)
    check_apart(config.listeners)
    audits: set[str] = set()
    for audit in config.audits:
        if audit.path in audits:
            raise ConfigError(audit.where, f'expected audit devices at different paths, found "{audit.path}" twice')
        audits.add(audit.path)


def _read(reader: Reader, document: ObjectNode) -> Config:
    """The stanzas of one file."""
    settings = reader.stanza(Settings, document, ignored=_STANZAS)
    for item in document.named("enable_ui"):  # the name that `ui` had in betas, still in old files
        settings = replace(settings, ui=settings.ui or boolean(reader, item.value))
    for item in document.named("api_addr"):
        check_url(reader.where(item.value.pos), settings.api_addr)
    storage = _storage(reader, document, _STORAGE)
    if storage is not None and not settings.api_addr:
        settings = replace(settings, api_addr=_first(storage, _API_ADDRESSES))
    if storage is not None and not settings.cluster_addr:
        settings = replace(settings, cluster_addr=_first(storage, ("cluster_addr",)))
    telemetry = [
        reader.stanza(Telemetry, block.body, within="telemetry") for block in document.blocks("telemetry", labels=0)
    ]
    config = Config(
        settings=settings,
        storage=storage,
        ha_storage=_storage(reader, document, _HA_STORAGE),
        service_registration=_storage(reader, document, ("service_registration",)),
        listeners=tuple(_listener(reader, block) for block in document.blocks("listener", labels=1)),
        seals=tuple(_seal(reader, block) for name in _SEALS for block in document.blocks(name, labels=1)),
        audits=tuple(_audit(reader, block) for block in _audit_blocks(reader, document)),
        user_lockouts=tuple(_lockout(reader, block) for block in document.blocks("user_lockout", labels=1)),
        telemetry=telemetry[-1] if telemetry else None,
        region=_region(reader, document),
        notices=tuple(sorted(reader.notices, key=lambda notice: (notice.where.line, notice.where.column))),
    )
    _check_unique(config)
    return config


def parse_migration(text: str, filename: str) -> tuple[StorageConfig, StorageConfig]:
    """The stores of a migration: the stanzas `storage_source` and `storage_destination`.

    Raises: `ConfigError`, also for a stanza that is missing, and for anything else in the file but `cluster_addr`.
    """
    reader = Reader(filename)
    try:
        document = parse(text)
        for item in document.items:
            if item.name not in {*_MIGRATION, "cluster_addr"}:
                problem = f'expected "{_MIGRATION[0]}" and "{_MIGRATION[1]}", found "{item.name[:64]}"'
                raise ConfigError(reader.where(item.pos), problem)
        source, destination = (_required(reader, document, name) for name in _MIGRATION)
    except HclError as error:
        raise ConfigError(reader.where(error.pos), error.problem) from None
    return source, destination


def _required(reader: Reader, document: ObjectNode, name: str) -> StorageConfig:
    storage = _storage(reader, document, (name,))
    if storage is None:
        raise ConfigError(Where(reader.file, 1, 1), f'expected a stanza {name} "TYPE" {{ … }}, found none')
    return storage


def _region(reader: Reader, document: ObjectNode) -> Region | None:
    """The one block of that name.  Raises `ConfigError` for a second one."""
    found: Region | None = None
    for block in document.blocks("region", labels=0):
        where = reader.where(block.pos)
        if found is not None:
            raise ConfigError(where, "expected one region stanza, found another")
        found = reader.stanza(Region, block.body, within="region", where=where)
    return found


def _first(storage: StorageConfig, names: Sequence[str]) -> str:
    return next((storage.options[name] for name in names if name in storage.options), "")


def _storage(reader: Reader, document: ObjectNode, names: Sequence[str]) -> StorageConfig | None:
    """The one block of any of these names."""
    blocks = [(name, block) for name in names for block in document.blocks(name, labels=1)]
    if len(blocks) > 1:
        name, block = blocks[1]
        raise ConfigError(reader.where(block.pos), f'expected one "{names[0]}" stanza, found another: "{name}"')
    for _, block in blocks:
        found, inner = reader.options(block.body, f'{names[0]} "{block.labels[0]}"')
        places = {item.name: reader.where(item.pos) for item in block.body.items}
        storage = StorageConfig(block.labels[0], reader.where(block.pos), found, inner, places)
        _check_connections(storage)
        return storage
    return None


def _check_connections(storage: StorageConfig) -> None:
    given = storage.options.get("max_parallel", "") if storage.type == "postgresql" else ""
    if given and not (given.isascii() and given.isdigit() and len(given) < 10 and int(given)):
        problem = f'max_parallel in storage "postgresql": expected a number of connections, found "{given[:32]}"'
        raise ConfigError(storage.places["max_parallel"], problem)


def _listener(reader: Reader, block: Block) -> Listener:
    kind = block.labels[0].lower()
    if kind not in _LISTENERS:
        raise ConfigError(
            reader.where(block.pos),
            f'expected a listener "tcp" or "unix", found "{kind[:64]}"',
        )
    within = f'listener "{kind}"'
    where = reader.where(block.pos)
    # `type` may stand inside as well, in files made by generators.
    listener = reader.stanza(Listener, block.body, within=within, ignored={"type"}, type=kind, where=where)
    if kind == "unix":
        listener = replace(listener, tls_disable=True) if not listener.tls_cert_file else listener
        if not block.body.named("address"):
            raise ConfigError(where, f'expected "address", the path of the socket, in {within}, found none')
    check_listener(listener, {item.name: reader.where(item.value.pos) for item in block.body.items})
    return listener


def _seal(reader: Reader, block: Block) -> SealConfig:
    kind = block.labels[0].lower()
    within = f'seal "{kind}"'
    name, priority, disabled = "", 0, False
    kept = []
    for item in block.body.items:
        if isinstance(item.value, Literal) and item.value.value is None:
            continue
        try:
            match item.name:
                case "name":
                    name = text(reader, item.value)
                case "priority":
                    priority = integer(reader, item.value)
                case "disabled":
                    disabled = boolean(reader, item.value)
                case _:
                    kept.append(item)
        except HclError as error:
            raise ConfigError(reader.where(error.pos), f"{item.name} in {within}: {error.problem}") from None
    options, inner = reader.options(ObjectNode(tuple(kept), block.body.pos), within)
    for key in inner:
        item = block.body.named(key)[0]
        reader.notice(item.pos, f"unknown or unsupported field {key} in {within}")
    return SealConfig(kind, reader.where(block.pos), name or kind, priority, disabled, options)


def _audit_blocks(reader: Reader, document: ObjectNode) -> list[Block]:
    """The blocks with type and path.  A block without a label is ignored, as in Vault, which has no such stanza."""
    found: list[Block] = []
    for item in document.named("audit"):
        try:
            found += ObjectNode((item,), item.pos).blocks("audit", labels=2)
        except HclError:
            if _has_a_label(item):
                problem = 'expected a type and a path, as in audit "file" "main" { … }, found no path'
                raise ConfigError(reader.where(item.pos), problem) from None
            reader.notice(item.pos, 'audit without a type and a path (audit "file" "main" { … }) has no effect')
    return found


def _has_a_label(item: Item) -> bool:
    """Whether a stanza is meant as a device, so that ignoring it would leave a node without that device."""
    try:
        return any(True for _ in ObjectNode((item,), item.pos).blocks(item.name, labels=1))
    except HclError:
        return False


def _audit(reader: Reader, block: Block) -> AuditConfig:
    kind, path = block.labels
    where = reader.where(block.pos)
    return reader.stanza(
        AuditConfig, block.body, within=f'audit "{kind}" "{path}"', type=kind, path=path.strip("/") + "/", where=where
    )


def _lockout(reader: Reader, block: Block) -> UserLockout:
    kind, where = block.labels[0].lower(), reader.where(block.pos)
    return reader.stanza(UserLockout, block.body, within=f'user_lockout "{kind}"', auth_type=kind, where=where)
