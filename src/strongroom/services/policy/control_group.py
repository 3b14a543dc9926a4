"""The `control_group` of a rule: who must approve a request before it is executed (pure).

    control_group = {
      ttl = "4h"
      factor "leads" {
        controlled_capabilities = ["update"]
        identity { group_names = ["leads"] approvals = 2 }
      }
    }

Source: https://developer.hashicorp.com/vault/docs/enterprise/control-groups
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from strongroom.barrier.record import Part
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import Block, HclError, ListNode, Literal, Node, ObjectNode

_MOST_FACTORS = 32
_MOST_GROUPS = 64
_MOST_APPROVALS = 64
_LONGEST_NAME = 512
_IDENTITY = frozenset({"group_names", "group_ids", "approvals", "ttl", "self_authorization"})


class Factor(Part, frozen=True):
    """Approvals by members of certain groups, all of which a request needs."""

    name: str
    approvals: int
    """How many different members must approve; at least 1."""
    group_names: tuple[str, ...] = ()
    """Groups of the rule's own namespace, and of no other."""
    group_ids: tuple[str, ...] = ()
    capabilities: int = 0
    """The bits of the capabilities that it controls; 0 for all."""
    ttl_s: int = 0
    """For how long an approval counts; 0 for as long as the request waits."""
    namespace: str = ""
    """The path of the rule's namespace, empty or ending in `/`."""


class ControlGroup(msgspec.Struct, frozen=True):
    """One `control_group` object."""

    factors: tuple[Factor, ...]
    ttl_s: int = 0
    """For how long a request may wait; 0 if the rule doesn't say."""


def parse_control_group(node: Node, bits: Mapping[str, int]) -> ControlGroup:
    """The `control_group` of a rule.

    Args:
        bits: the bit of each capability, by its name.

    Raises: `HclError`.
    """
    if not isinstance(node, ObjectNode):
        raise HclError(node.pos, f"expected an object, found {node.kind}")
    _known(node, {"ttl", "factor"}, "")
    factors = tuple(_factor(block, bits) for block in node.blocks("factor", labels=1))
    if not factors:
        raise HclError(node.pos, "requires at least one factor but had none")
    if len(factors) > _MOST_FACTORS:
        raise HclError(node.pos, f"at most {_MOST_FACTORS} factors")
    return ControlGroup(factors, _ttl_s(node))


def controls_only(group: ControlGroup, capabilities: int) -> bool:
    """Whether every controlled capability is one that the rule grants."""
    return all(not factor.capabilities & ~capabilities for factor in group.factors)


def _factor(block: Block, bits: Mapping[str, int]) -> Factor:
    where = f'factor "{block.labels[0][:64]}": '
    try:
        _known(block.body, {"identity", "controlled_capabilities"}, "")
        identities = list(block.body.blocks("identity", labels=0))
        if not identities:
            raise HclError(block.pos, "missing required approvals")
        if len(identities) > 1:
            raise HclError(identities[1].pos, "identity is given twice")
        if not block.labels[0] or len(block.labels[0]) > _LONGEST_NAME:
            raise HclError(block.pos, f"expected a name of at most {_LONGEST_NAME} characters")
        return _identity(block.labels[0], identities[0].body, _controlled(block.body, bits))
    except HclError as error:
        raise HclError(error.pos, where + error.problem) from None


def _identity(name: str, body: ObjectNode, capabilities: int) -> Factor:
    _known(body, _IDENTITY, "")
    approvals, own = _one(body, "approvals"), _one(body, "self_authorization")
    if own is not None and (not isinstance(own, Literal) or own.value not in {False, "false"}):
        raise HclError(own.pos, "self_authorization: nobody can approve their own request here")
    count = _whole(approvals) if approvals is not None else 0
    if count < 1:
        raise HclError(body.pos, "missing required approvals")
    if count > _MOST_APPROVALS:
        raise HclError(body.pos, f"at most {_MOST_APPROVALS} approvals")
    names, ids = _names(_one(body, "group_names")), _names(_one(body, "group_ids"))
    if not names and not ids:
        raise HclError(body.pos, "missing approving groups")
    return Factor(
        name=name,
        approvals=count,
        group_names=names,
        group_ids=ids,
        capabilities=capabilities,
        ttl_s=_ttl_s(body),
    )


def _controlled(body: ObjectNode, bits: Mapping[str, int]) -> int:
    """The bits of the controlled capabilities; 0 if the factor doesn't name any, so that it controls all."""
    node = _one(body, "controlled_capabilities")
    if node is None:
        return 0
    found = 0
    for name in _names(node):
        bit = bits.get(name, 0)
        if not bit or name == "deny":
            raise HclError(node.pos, f'controlled_capabilities: invalid capability "{name[:64]}"')
        found |= bit
    if not found:
        # Of an empty list, one reader would think that it controls nothing, and another that it controls all.
        raise HclError(node.pos, "controlled_capabilities: missing controlled capabilities")
    return found


def _known(node: ObjectNode, known: set[str] | frozenset[str], where: str) -> None:
    unknown = [item for item in node.items if item.name not in known]
    if unknown:
        listed = "; ".join(f'invalid key "{item.name[:64]}" on line {item.pos.line}' for item in unknown[:8])
        raise HclError(unknown[0].pos, f"{where}{listed}")


def _one(body: ObjectNode, name: str) -> Node | None:
    """The value of a key; None without it."""
    items = body.named(name)
    if len(items) > 1:
        raise HclError(items[1].pos, f"{name} is given twice")
    return items[0].value if items else None


def _names(node: Node | None) -> tuple[str, ...]:
    """A list of names, without an empty one."""
    if node is None:
        return ()
    if not isinstance(node, ListNode):
        raise HclError(node.pos, f"expected a list, found {node.kind}")
    if len(node.items) > _MOST_GROUPS:
        raise HclError(node.pos, f"at most {_MOST_GROUPS} entries")
    names = []
    for element in node.items:
        value = element.value if isinstance(element, Literal) else None
        if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME:
            raise HclError(element.pos, "expected a text that isn't empty")
        names.append(value)
    return tuple(dict.fromkeys(names))


def _whole(node: Node) -> int:
    value = node.value if isinstance(node, Literal) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    raise HclError(node.pos, "expected a whole number")


def _ttl_s(body: ObjectNode) -> int:
    """The seconds of `ttl`, at least 1; 0 without it."""
    node = _one(body, "ttl")
    if node is None:
        return 0
    try:
        ttl_ns = parse_duration_ns(node.value if isinstance(node, Literal) else node)
    except InvalidRequest as error:
        raise HclError(node.pos, f"ttl: {error.text}") from None
    if ttl_ns < 0:
        raise HclError(node.pos, "ttl: expected a duration of at least 0, found a negative one")
    return -(-ttl_ns // SECOND_NS)
