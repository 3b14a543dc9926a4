"""To whom a token was issued: what is kept with it, and the facts by which withdrawals find it."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.identity.names import folded
from strongroom.services.tokens.records import FIRST_PATH, TokenRecord
from strongroom.services.withdrawals.issue import Issue, shortened
from strongroom.services.withdrawals.matching import Facts

_ROLES = ("role", "role_name", "cel_role")
"""The names by which auth methods keep their role with a token."""


def roles_of(record: TokenRecord) -> tuple[str, ...]:
    """The roles that a token was made by: of the token store, or of its auth method (pure)."""
    found = (record.role, *(record.internal.get(name, "") for name in _ROLES))
    return tuple(role for role in found if role)


def facts_of(record: TokenRecord) -> Facts:
    """The facts of a token, without those of its ancestors (pure)."""
    issue = record.issued or Issue()
    return Facts(
        at=record.created_at,
        namespace=record.namespace,
        path=record.path,
        keys=(record.key,) if record.key else (),
        entities=(record.entity_id,) if record.entity_id else (),
        aliases=((record.alias_mount, folded(record.alias)),) if record.alias_mount and record.alias else (),
        mounts=tuple(id_ for id_ in (record.auth_mount, issue.mount) if id_),
        roles=roles_of(record),
        address=issue.address if record.issued is not None or record.path == FIRST_PATH else None,
        client_known=bool(record.issued or record.parent or record.auth_mount or record.path == FIRST_PATH),
    )


async def line_of(txn: Transaction, record: TokenRecord) -> list[Facts]:
    """The facts of a token and of its ancestors.

    An orphan's line goes on with the token that asked for it, whether there is still a row of that or not.
    """
    line = list[Facts]()
    above: TokenRecord | None = record
    while above is not None:
        line.append(facts_of(above))
        if not above.parent:
            line += above.issued.makers if above.issued is not None else ()
            break
        above = await txn.read(keys.token(above.parent), TokenRecord)
    return line


async def asked_by(txn: Transaction, asker: TokenRecord, address: str, mount: str) -> Issue:
    """What is kept with something that a token asked for, and that isn't its child.

    Args:
        mount: the id of the mount that was asked.
    """
    return Issue(address=address, mount=mount, makers=shortened(await line_of(txn, asker)))
