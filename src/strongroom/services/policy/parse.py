"""Parses ACL policy documents, HCL or JSON, into rules (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/policies,
https://openbao.org/docs/concepts/policies/
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from strongroom.lib.durations import parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import HclError, Item, Limits, ListNode, Literal, Node, ObjectNode, is_json, parse, plain
from strongroom.services.policy.control_group import ControlGroup, controls_only, parse_control_group
from strongroom.services.policy.key_filter import SETTING, KeyFilter, parse_key_filter
from strongroom.services.policy.paths import Pattern, Subject, check_template, parse_pattern, render_template

DENY = 1
CREATE = 2
READ = 4
UPDATE = 8
DELETE = 16
LIST = 32
SUDO = 64
PATCH = 128
SCAN = 256
SUBSCRIBE = 512
RECOVER = 1024

CAPABILITIES: Mapping[str, int] = {
    "create": CREATE,
    "delete": DELETE,
    "deny": DENY,
    "list": LIST,
    "patch": PATCH,
    "read": READ,
    "recover": RECOVER,
    "scan": SCAN,
    "subscribe": SUBSCRIBE,
    "sudo": SUDO,
    "update": UPDATE,
}
"""The bit of each capability, by its name; sorted."""

_LEGACY = {
    "deny": DENY,
    "read": READ | LIST,
    "write": CREATE | READ | UPDATE | DELETE | LIST,
    "sudo": CREATE | READ | UPDATE | DELETE | LIST | SUDO,
}
_TOP_KEYS = {"name", "path"}
_LIMITS = Limits(characters=1024 * 1024, depth=24, nodes=100_000)


class Constraints(msgspec.Struct, frozen=True):
    """What a rule requires besides the capability.  Names of parameters are in lower case."""

    allowed: Mapping[str, tuple[object, ...]] = {}
    """The values that a parameter may have; empty for any.  `*` stands for all other parameters."""
    denied: Mapping[str, tuple[object, ...]] = {}
    required: tuple[str, ...] = ()
    min_wrapping_ttl_ns: int = 0
    """0: no bound."""
    max_wrapping_ttl_ns: int = 0
    pagination_limit: int = 0
    """The largest page of a listing that may be requested; 0: no bound."""
    key_filter: KeyFilter | None = None
    """Selects the names of a listing that its reader sees; None: all names."""
    mfa_methods: tuple[str, ...] = ()
    control_groups: tuple[ControlGroup, ...] = ()
    """Approvals by others that a request needs."""


NO_CONSTRAINTS = Constraints()


class Rule(msgspec.Struct, frozen=True):
    """One `path` block."""

    path: str
    """As written, templates included."""
    pattern: Pattern
    """Meaningless while `path` has templates."""
    capabilities: int
    """Bits; with `DENY` there is no other."""
    constraints: Constraints = NO_CONSTRAINTS
    event_types: tuple[str, ...] = ()
    """Patterns of the events that `subscribe` lets a client learn of.  Without any, there are none."""
    expires_at: float = math.inf
    """Seconds since the epoch.  From then on the rule has no effect."""
    templated: bool = False
    comment: str = ""
    line: int = 0
    voided: int = 0
    """The bits of capabilities that were written beside `deny`, and are void."""


class Policy(msgspec.Struct, frozen=True):
    """A parsed policy."""

    name: str
    rules: tuple[Rule, ...]
    namespace: str = ""
    """The path of its namespace, empty or ending in `/`.  Its rules apply to paths below it."""

    @property
    def templated(self) -> bool:
        """Whether a rule's path has templates, so that `render_policy` is needed."""
        return any(rule.templated for rule in self.rules)


def parse_policy(text: str, name: str = "", namespace: str = "") -> Policy:
    """Parse a policy document.  Its own `name` is ignored, because the API gives the name.

    Raises:
        InvalidRequest: it is no HCL or JSON, has an unknown key, or a value of the wrong kind; the text tells the
            line and column, what was expected and what was found.
    """
    try:
        document = parse(text, _LIMITS)
        _known(document, _TOP_KEYS, "")
        rules = tuple(rule for item in document.named("path") for rule in _rules(item, json=is_json(text)))
    except HclError as error:
        raise InvalidRequest(f"failed to parse policy: {error.text}") from error
    return Policy(name, rules, namespace)


def render_policy(
    policy: Policy, subject: Subject | None, *, allow_wildcards: bool = False, allow_slashes: bool = False
) -> Policy:
    """The policy for one subject.  Templates are filled in; rules whose templates name nothing are left out.

    Raises:
        TemplateRefused: a value holds a character that would change what a path covers.
    """
    if not policy.templated:
        return policy
    rules: list[Rule] = []
    for rule in policy.rules:
        if not rule.templated:
            rules.append(rule)
            continue
        path = render_template(rule.path, subject, allow_wildcards=allow_wildcards, allow_slashes=allow_slashes)
        if path is not None:
            rules.append(msgspec.structs.replace(rule, path=path, pattern=parse_pattern(path), templated=False))
    return msgspec.structs.replace(policy, rules=tuple(rules))


def _rules(item: Item, *, json: bool) -> list[Rule]:
    """The rules of one `path` entry.  In HCL the label is the path; in JSON the object's keys are the paths."""
    if json:
        holder = ObjectNode((item,), item.pos)
        return [_rule(block.labels[0], block.body) for block in holder.blocks("path", labels=1)]
    if len(item.keys) != 2:
        found = "none" if len(item.keys) == 1 else f"{len(item.keys) - 1}"
        raise HclError(item.keys[-1].pos, f'expected one path in quotes after "path", found {found}')
    if not isinstance(item.value, ObjectNode):
        raise HclError(item.value.pos, f"expected an object, found {item.value.kind}")
    return [_rule(item.keys[1].text, item.value)]


def _known(node: ObjectNode, known: set[str], where: str) -> None:
    """Refuse unknown keys, because such a key may be a misspelled restriction."""
    unknown = [item for item in node.items if item.name not in known]
    if unknown:
        listed = "; ".join(f'invalid key "{item.name[:64]}" on line {item.pos.line}' for item in unknown[:8])
        raise HclError(unknown[0].pos, f"{where}{listed}")


def _rule(path: str, body: ObjectNode) -> Rule:
    """One `path` block."""
    where = f'path "{path}": '
    _known(body, set(_FIELDS), where)
    values: dict[str, object] = {}
    for item in body.items:
        if item.name in values:
            # A reader of the policy would overlook one of two lists of capabilities.
            raise HclError(item.pos, f'{where}"{item.name}" is given twice')
        if len(item.keys) > 1:
            raise HclError(item.keys[1].pos, f'{where}expected "=" or "{{" after "{item.name}", found a label')
        try:
            values[item.name] = _FIELDS[item.name](item.value)
        except HclError as error:
            raise HclError(error.pos, f"{where}{item.name}: {error.problem}") from None
    try:
        return _assemble(path, body, values)
    except InvalidRequest as error:
        raise HclError(body.pos, f"{where}{error.text}") from None


def _assemble(path: str, body: ObjectNode, values: Mapping[str, object]) -> Rule:
    """Check what concerns several keys at once."""
    fields = msgspec.convert(values, _Fields)
    capabilities, voided = fields.capabilities | fields.policy, 0
    if capabilities & DENY:
        capabilities, voided = DENY, capabilities & ~DENY
    if fields.min_wrapping_ttl and 0 < fields.max_wrapping_ttl < fields.min_wrapping_ttl:
        raise InvalidRequest("max_wrapping_ttl cannot be less than min_wrapping_ttl")
    group = fields.control_group
    if group is not None and capabilities != DENY and not controls_only(group, capabilities):
        raise InvalidRequest("control_group: controlled_capabilities must be among the rule's capabilities")
    key_filter = fields.list_scan_response_keys_filter_path
    if key_filter and not capabilities & (LIST | SCAN):
        raise InvalidRequest(f"{SETTING} needs to be used on a path with the list capability")
    constraints = Constraints(
        allowed=fields.allowed_parameters,
        denied=fields.denied_parameters,
        required=fields.required_parameters,
        min_wrapping_ttl_ns=fields.min_wrapping_ttl,
        max_wrapping_ttl_ns=fields.max_wrapping_ttl,
        pagination_limit=max(0, fields.pagination_limit),
        key_filter=parse_key_filter(key_filter) if key_filter else None,
        mfa_methods=fields.mfa_methods,
        control_groups=() if group is None else (group,),
    )
    return Rule(
        path=path.removeprefix("/"),
        pattern=parse_pattern(path),
        capabilities=capabilities,
        constraints=NO_CONSTRAINTS if capabilities == DENY else constraints,
        event_types=fields.subscribe_event_types if capabilities & SUBSCRIBE else (),
        expires_at=fields.expiration,
        templated=check_template(path),
        comment=fields.comment,
        line=body.pos.line,
        voided=voided,
    )


class _Fields(msgspec.Struct):
    """The keys of a `path` block, read."""

    capabilities: int = 0
    policy: int = 0
    allowed_parameters: dict[str, tuple[object, ...]] = {}
    denied_parameters: dict[str, tuple[object, ...]] = {}
    required_parameters: tuple[str, ...] = ()
    min_wrapping_ttl: int = 0
    max_wrapping_ttl: int = 0
    pagination_limit: int = 0
    expiration: float = math.inf
    comment: str = ""
    list_scan_response_keys_filter_path: str = ""
    mfa_methods: tuple[str, ...] = ()
    control_group: ControlGroup | None = None
    subscribe_event_types: tuple[str, ...] = ()


def _elements(node: Node) -> tuple[Node, ...]:
    if not isinstance(node, ListNode):
        raise HclError(node.pos, f"expected a list, found {node.kind}")
    return node.items


def _text(node: Node) -> str:
    """A string.  Numbers and booleans are converted as written."""
    match node:
        case Literal(value=str() as value):
            return value
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=int() | float()):
            return node.text
    raise HclError(node.pos, f"expected a text, found {node.kind}")


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(_text(element) for element in _elements(node))


def _capabilities(node: Node) -> int:
    bits = 0
    for element in _elements(node):
        bit = CAPABILITIES.get(name := _text(element))
        if bit is None:
            raise HclError(element.pos, f'invalid capability "{name[:64]}", expected one of {", ".join(CAPABILITIES)}')
        bits |= bit
    return bits


def _legacy(node: Node) -> int:
    bits = _LEGACY.get(name := _text(node))
    if bits is None:
        raise HclError(node.pos, f'invalid policy "{name[:64]}", expected one of {", ".join(_LEGACY)}')
    return bits


def _parameters(node: Node) -> dict[str, tuple[object, ...]]:
    if not isinstance(node, ObjectNode):
        raise HclError(node.pos, f"expected an object, found {node.kind}")
    found: dict[str, tuple[object, ...]] = {}
    for item in node.items:
        name = item.name.lower()
        if len(item.keys) > 1 or name in found:
            raise HclError(item.pos, f'the parameter "{name}" is given twice or has a label')
        found[name] = tuple(plain(element) for element in _elements(item.value))
    return found


def _required(node: Node) -> tuple[str, ...]:
    return tuple(name.lower() for name in _texts(node))


def _duration(node: Node) -> int:
    value = node.value if isinstance(node, Literal) else node
    try:
        nanoseconds = parse_duration_ns(value)
    except InvalidRequest as error:
        raise HclError(node.pos, error.text) from None
    if nanoseconds < 0:
        raise HclError(node.pos, "expected a duration of at least 0, found a negative one")
    return nanoseconds


def _integer(node: Node) -> int:
    text = _text(node)
    if isinstance(node, Literal) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 18:
        raise HclError(node.pos, "expected a whole number, found something else")
    return int(text)


def _moment(node: Node) -> float:
    """A time as RFC 3339 or in seconds since the epoch; empty for never."""
    text = _text(node)
    if not text:
        return math.inf
    if text.removeprefix("-").isdigit() and text.isascii() and len(text) <= 18:
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in text.upper():
        raise HclError(node.pos, "expected a date and time (RFC 3339) or seconds since the epoch, found something else")
    return moment.timestamp()


def _control_group(node: Node) -> ControlGroup:
    return parse_control_group(node, CAPABILITIES)


_FIELDS: dict[str, Callable[[Node], object]] = {
    "capabilities": _capabilities,
    "policy": _legacy,
    "allowed_parameters": _parameters,
    "denied_parameters": _parameters,
    "required_parameters": _required,
    "min_wrapping_ttl": _duration,
    "max_wrapping_ttl": _duration,
    "pagination_limit": _integer,
    "expiration": _moment,
    "comment": _text,
    "list_scan_response_keys_filter_path": _text,
    "mfa_methods": _texts,
    "control_group": _control_group,
    "subscribe_event_types": _texts,
}
