"""From the tree of a configuration file to its stanzas (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from strongroom.agent.config.auto_auth import AutoAuth, Method, Sink
from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.listener import read_listener
from strongroom.agent.config.rendering import Exec, Template, TemplateConfig, Turns
from strongroom.agent.config.server import Server
from strongroom.agent.config.serving import ApiProxy, Cache, Persist
from strongroom.agent.config.top import Top
from strongroom.lib.hcl import Block, HclError, Item, Literal, ObjectNode, parse, plain
from strongroom.server.config.reader import ConfigError, Reader

_T = TypeVar("_T")
_STANZAS = frozenset(
    {
        *("vault", "auto_auth", "api_proxy", "cache", "listener", "template", "template_config"),
        *("env_template", "exec", "turns", "telemetry"),
    }
)


def parse_config(source: str, filename: str) -> AgentConfig:
    """Parse one file.

    Args:
        source: HCL, or JSON if it begins with `{`.
        filename: for notices and errors.

    Raises:
        ConfigError: with the file, the line, what was expected and what was found.
    """
    reader = Reader(filename)
    try:
        return _read(reader, parse(source))
    except HclError as error:
        raise ConfigError(reader.where(error.pos), error.problem) from None


def _read(reader: Reader, document: ObjectNode) -> AgentConfig:
    """The stanzas of one file."""
    return AgentConfig(
        top=reader.stanza(Top, document, ignored=_STANZAS),
        server=_single(reader, document, "vault", Server) or Server(),
        auto_auth=_auto_auth(reader, document),
        api_proxy=_single(reader, document, "api_proxy", ApiProxy),
        cache=_cache(reader, document),
        listeners=tuple(read_listener(reader, block) for block in document.blocks("listener", labels=1)),
        templates=tuple(_template(reader, block) for block in document.blocks("template", labels=0)),
        template_config=_single(reader, document, "template_config", TemplateConfig) or TemplateConfig(),
        env_templates=tuple(_env_template(reader, block) for block in _labelled(document, "env_template")),
        exec=_single(reader, document, "exec", Exec, placed=True),
        turns=_single(reader, document, "turns", Turns, placed=True),
        notices=tuple(sorted(reader.notices, key=lambda notice: (notice.where.line, notice.where.column))),
    )


def _one(reader: Reader, document: ObjectNode, name: str) -> Block | None:
    """The one block of a name.  Raises `ConfigError` for a second one."""
    blocks = list(document.blocks(name, labels=0))
    if len(blocks) > 1:
        raise ConfigError(reader.where(blocks[1].pos), f"expected one {name} stanza, found another")
    return blocks[0] if blocks else None


def _single(reader: Reader, document: ObjectNode, name: str, kind: type[_T], *, placed: bool = False) -> _T | None:
    block = _one(reader, document, name)
    if block is None:
        return None
    given: dict[str, Any] = {"where": reader.where(block.pos)} if placed else {}
    return reader.stanza(kind, block.body, within=name, **given)


def _inner(
    reader: Reader, block: Block, kind: type[_T], within: str, ignored: Iterable[str] = (), *, type_: str = ""
) -> _T:
    """A typed stanza with a `config` of its own: its type is a label, or the key `type`."""
    body = block.body
    label = block.labels[0] if block.labels else type_
    named = body.named("type")
    if named:
        label = _text_of(reader, named[-1])
    if not label:
        raise ConfigError(reader.where(block.pos), f'expected the type of {within}, as in {within} "file" {{ … }}')
    options: dict[str, Any] = {}
    for inner in body.blocks("config", labels=0):
        options |= {item.name: plain(item.value) for item in inner.body.items}
    return reader.stanza(
        kind,
        body,
        within=f'{within} "{label}"',
        ignored={"type", "config", *ignored},
        type=label,
        where=reader.where(block.pos),
        config=options,
    )


def _text_of(reader: Reader, item: Item) -> str:
    if isinstance(item.value, Literal) and isinstance(item.value.value, str):
        return item.value.value
    raise ConfigError(reader.where(item.pos), f"{item.name}: expected a text, found {item.value.kind}")


def _labelled(body: ObjectNode, name: str) -> list[Block]:
    """The blocks of a name that have a label or none, as generators and people write both."""
    found: list[Block] = []
    for item in body.named(name):
        alone = ObjectNode((item,), item.pos)
        try:
            with_label = list(alone.blocks(name, labels=1))
        except HclError:
            with_label = []
        found += with_label or alone.blocks(name, labels=0)
    return found


def _auto_auth(reader: Reader, document: ObjectNode) -> AutoAuth | None:
    block = _one(reader, document, "auto_auth")
    if block is None:
        return None
    where = reader.where(block.pos)
    methods = _labelled(block.body, "method")
    if len(methods) != 1:
        found = "none" if not methods else str(len(methods))
        raise ConfigError(where, f"expected one method stanza in auto_auth, found {found}")
    return reader.stanza(
        AutoAuth,
        block.body,
        within="auto_auth",
        ignored={"method", "methods", "sink", "sinks"},
        where=where,
        method=_inner(reader, methods[0], Method, "method"),
        sinks=tuple(_sink(reader, each) for each in _sinks(block.body)),
    )


def _sinks(body: ObjectNode) -> list[Block]:
    """Each `sink`, and those in `sinks`, which old files have around them."""
    around = [inner for block in body.blocks("sinks", labels=0) for inner in _labelled(block.body, "sink")]
    return _labelled(body, "sink") + around


def _sink(reader: Reader, block: Block) -> Sink:
    sink = _inner(reader, block, Sink, "sink")
    if sink.type != "file":
        raise ConfigError(sink.where, f'expected a sink "file", found "{sink.type[:64]}"')
    if bool(sink.dh_type) != bool(sink.dh_path):
        raise ConfigError(sink.where, 'expected both dh_type and dh_path in sink "file", or neither')
    if sink.aad and sink.aad_env_var:
        raise ConfigError(sink.where, 'expected aad or aad_env_var in sink "file", found both')
    return sink


def _cache(reader: Reader, document: ObjectNode) -> Cache | None:
    block = _one(reader, document, "cache")
    if block is None:
        return None
    persisted = _labelled(block.body, "persist")
    if len(persisted) > 1:
        raise ConfigError(reader.where(persisted[1].pos), "expected one persist stanza in cache, found another")
    persist = None
    for each in persisted:
        persist = _persist(reader, each)
    return reader.stanza(
        Cache, block.body, within="cache", ignored={"persist"}, where=reader.where(block.pos), persist=persist
    )


def _persist(reader: Reader, block: Block) -> Persist:
    where = reader.where(block.pos)
    named = block.body.named("type")
    type_ = _text_of(reader, named[-1]) if named else (block.labels[0] if block.labels else "")
    if type_ not in {"file", "kubernetes"}:
        raise ConfigError(where, f'expected persist "file" or "kubernetes", found "{type_[:64]}"')
    found = reader.stanza(Persist, block.body, within=f'persist "{type_}"', ignored={"type"}, type=type_, where=where)
    if not found.path:
        raise ConfigError(where, f'expected "path", a directory, in persist "{type_}", found none')
    if type_ == "file" and not found.key_file:
        raise ConfigError(where, 'expected "key_file" in persist "file", found none: what is kept is encrypted')
    return found


def _template(reader: Reader, block: Block) -> Template:
    where = reader.where(block.pos)
    found = reader.stanza(Template, block.body, within="template", ignored={"map_to_environment_variable"}, where=where)
    if bool(found.source) == bool(found.contents):
        said = "both" if found.source else "neither"
        raise ConfigError(where, f"expected source or contents in template, found {said}")
    if not found.destination:
        raise ConfigError(where, 'expected "destination" in template, found none')
    if found.destination.endswith("/"):  # a file of the folder's name is nothing that anybody meant
        raise ConfigError(where, f'expected the path of a file in destination, found "{found.destination[:64]}"')
    _check_language(found, "template")
    if found.command and found.exec is not None and found.exec.command:
        reader.notice(block.pos, "command has no effect in template beside exec, which counts")
    return found


def _check_language(template: Template, within: str) -> None:
    """Refuse to leave open what somebody has forbidden."""
    if template.engine != "go" and (template.function_denylist or template.function_blacklist):
        told = f'expected function_denylist in {within} with engine "go" only, found engine "{template.engine}"'
        raise ConfigError(template.where, told)


def _env_template(reader: Reader, block: Block) -> Template:
    where = reader.where(block.pos)
    if not block.labels:
        raise ConfigError(where, 'expected the name of a variable, as in env_template "PASSWORD" { … }, found none')
    name = block.labels[0]
    within = f'env_template "{name}"'
    found = reader.stanza(Template, block.body, within=within, ignored={"map_to_environment_variable"}, where=where)
    if bool(found.source) == bool(found.contents):
        raise ConfigError(
            where, f"expected source or contents in {within}, found {'both' if found.source else 'neither'}"
        )
    if found.destination or found.command or found.exec is not None:
        raise ConfigError(where, f"expected neither destination nor command in {within}: it goes to the environment")
    _check_language(found, within)
    return replace(found, map_to_environment_variable=name)
