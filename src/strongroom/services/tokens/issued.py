"""To whom a token was issued: what is kept with it, and the facts by which withdrawals find it."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.services.tokens.records import FIRST_PATH, TokenRecord
from strongroom.services.withdrawals.issue import LINE, Issue
from strongroom.services.withdrawals.matching import Facts

_ROLES = ("role", "role_name", "cel_role")
"""The names by which auth methods keep their role with a token."""
_NOBODY = Issue()


def roles_of(record: TokenRecord) -> tuple[str, ...]:
    """The roles that a token was made by: of the token store, or of its auth method (pure)."""
    found = (record.role, *(record.internal.get(name, "") for name in _ROLES))
    return tuple(role for role in found if role)


def facts_of(record: TokenRecord) -> Facts:
    """The facts of a token, without those of its ancestors (pure)."""
    issue = record.issued or Issue()
    logins = (record.alias_mount, record.alias.lower()), (issue.alias_mount, issue.alias.lower())
    return Facts(
        at=record.created_at,
        namespace=record.namespace,
        path=record.path,
        keys=tuple(key for key in (record.key, *issue.line) if key),
        entities=tuple(id_ for id_ in (record.entity_id, issue.entity_id) if id_),
        aliases=tuple(alias for alias in logins if all(alias)),
        mounts=tuple(id_ for id_ in (record.auth_mount, issue.mount, issue.login_mount) if id_),
        roles=tuple(role for role in (*roles_of(record), issue.login_role) if role),
        address=issue.address if record.issued is not None or record.path == FIRST_PATH else None,
        client_known=bool(record.issued or record.parent or record.auth_mount or record.path == FIRST_PATH),
    )


async def line_of(txn: Transaction, record: TokenRecord) -> list[Facts]:
    """The facts of a token and of its ancestors, as far as there are rows of them.

    An orphan's line goes on with the token that asked for it.
    """
    line = [facts_of(record)]
    above: TokenRecord | None = record
    while above is not None and (above := await _above(txn, above)) is not None:
        line.append(facts_of(above))
    return line


async def _above(txn: Transaction, record: TokenRecord) -> TokenRecord | None:
    """The nearest ancestor, or for an orphan who asked for it, that there is a row of."""
    for key in (record.parent,) if record.parent else record.issued.line if record.issued is not None else ():
        found = await txn.read(keys.token(key), TokenRecord)
        if found is not None:
            return found
    return None


async def asked_by(txn: Transaction, asker: TokenRecord, address: str, mount: str) -> Issue:
    """What is kept with something that a token asked for, and that isn't its child.

    Args:
        mount: the id of the mount that was asked.
    """
    own, login, line = asker.issued or _NOBODY, asker, [asker.key] if asker.key else []
    above = asker
    while above.parent and (len(line) < LINE or not login.auth_mount):
        line.append(above.parent)
        parent = await txn.read(keys.token(above.parent), TokenRecord)
        if parent is None:
            break
        above = parent
        login = login if login.auth_mount else above
    if above.issued is not None:
        line += above.issued.line
    return Issue(
        address=address,
        mount=mount,
        entity_id=asker.entity_id or own.entity_id,
        alias=login.alias or own.alias,
        alias_mount=login.alias_mount or own.alias_mount,
        login_mount=login.auth_mount or own.login_mount,
        login_role=next(iter(roles_of(login)), own.login_role),
        line=tuple(dict.fromkeys(line))[:LINE],
    )
