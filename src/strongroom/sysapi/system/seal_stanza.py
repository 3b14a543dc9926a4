"""The stanza that describes a namespace's seal (pure).

Source: https://openbao.org/docs/configuration/seal/
"""

from __future__ import annotations

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import HclError, Literal, Node, parse
from strongroom.seals import shamir

_LONGEST = 4096


class Shape(msgspec.Struct, frozen=True):
    """How many shares a seal has."""

    shares: int
    threshold: int


def read_stanza(text: str, pgp_keys: int) -> Shape:
    """The seal that a text asks for.

    Args:
        pgp_keys: the number of keys to encrypt the shares with; 0 for none.

    Raises: `InvalidRequest` for a text that is no stanza, or describes no valid seal.
    """
    if len(text) > _LONGEST:
        raise InvalidRequest(f"seal config can have {_LONGEST} characters at the most")
    try:
        blocks = list(parse(text).blocks("seal", labels=1))
    except HclError as error:
        raise InvalidRequest(f"unable to parse seal config: {error}") from error
    if len(blocks) != 1:
        raise InvalidRequest("seal config must contain exactly one seal stanza")
    (block,) = blocks
    if block.labels[0].lower() != shamir.NAME:
        raise InvalidRequest("namespaces currently only support shamir seals")
    given = {item.keys[0].text: item.value for item in block.body.items if len(item.keys) == 1}
    shape = Shape(_number(given, "shares"), _number(given, "threshold"))
    try:
        shamir.check_shape(shape.shares, shape.threshold)
    except InvalidRequest as error:
        raise InvalidRequest(error.text.replace("seal configuration", "seal config")) from error
    if pgp_keys and pgp_keys != shape.shares:
        raise InvalidRequest(
            "invalid seal config: count mismatch between number of provided PGP keys and number of shares"
        )
    return shape


def _number(given: dict[str, Node], name: str) -> int:
    """The number of that name; 0 for none."""
    node = given.get(name)
    if node is None:
        return 0
    try:
        if isinstance(node, Literal) and isinstance(node.value, int | str) and not isinstance(node.value, bool):
            return int(node.value)
    except ValueError:
        pass  # the error below says it
    raise InvalidRequest(f"value of {name} parameter must be integer")
