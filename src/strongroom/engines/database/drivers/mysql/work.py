"""What is done with users of a server, on one connection.  Everything here blocks."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from strongroom.engines.database.drivers.mysql.connecting import check_quoting, quoting
from strongroom.engines.database.drivers.mysql.refusals import CANNOT_USER, NO_RIGHTS, NOT_THERE, meaning, number_of
from strongroom.engines.database.drivers.mysql.statements import Quoting, Statement, cut, filled, literal
from strongroom.lib.errors import StrongroomError, UpstreamFailed
from strongroom.lib.mysql.library import library
from strongroom.sdk import InvalidRequest

log = structlog.get_logger("database.mysql")

ANYWHERE = "%"
"""The host part of a user who may come from everywhere."""
_CREATE_NOTHING = "empty creation statements"
_GONE = 1094
"""No such session: it ended by itself."""


def create(connection: Any, values: Mapping[str, str], statements: Sequence[str], rollback: Sequence[str]) -> None:
    """Make a user.  What was done of it is undone if that fails.

    Raises: `UpstreamFailed`, `Unreachable`, `InvalidRequest` for statements that can't be read.
    """
    signs = quoting(connection)
    wanted = cut(statements, signs)
    if not wanted:
        raise InvalidRequest(_CREATE_NOTHING)
    texts = [filled(statement, values, signs) for statement in wanted]
    undo = [filled(statement, values, signs) for statement in cut(rollback, signs)]
    done = 0
    connection.begin()
    try:
        for text in texts:
            _execute(connection, text)
            done += 1
            check_quoting(connection, signs, texts[done:], text)
        connection.commit()
    except library().Error as error:
        meant = meaning(error, "", _which(done, len(texts)))
        if connection.open:
            _undo(connection, values["name"], undo, signs, begun=done > 0)
        raise meant from error


def run(connection: Any, values: Mapping[str, str], statements: Sequence[str]) -> None:
    """Execute statements of a role, in one transaction."""
    signs = quoting(connection)
    texts = [filled(statement, values, signs) for statement in cut(statements, signs)]
    done = 0
    connection.begin()
    try:
        for text in texts:
            _execute(connection, text)
            done += 1
            check_quoting(connection, signs, texts[done:], text)
        connection.commit()
    except library().Error as error:
        raise meaning(error, "", _which(done, len(texts))) from error


def drop(connection: Any, name: str, statements: Sequence[str]) -> None:
    """Remove a user, wherever it may come from, and end its sessions.  One that isn't there counts as removed."""
    signs = quoting(connection)
    wanted = cut(statements, signs)
    if wanted:
        _drop_by(connection, name, wanted, signs)
    else:
        _drop_default(connection, name, signs)
    end_sessions(connection, name, signs)


def change_password(connection: Any, name: str, password: str, *, own: bool) -> None:
    """Give a user another password, without statements of a role.

    Args:
        own: whether it is the user of this connection.  It may have accounts for other hosts, which people log in by:
            those aren't changed.  Nor does it need rights for this.
    """
    signs = quoting(connection)
    text = literal(password, signs)
    if own and _is_mariadb(connection):
        _alter(connection, f"SET PASSWORD = PASSWORD({text})")
    elif own:
        _alter(connection, f"ALTER USER USER() IDENTIFIED BY {text}")
    else:
        _alter_named(connection, name, f"IDENTIFIED BY {text}", signs)


def change_subject(connection: Any, name: str, subject: str) -> None:
    """Have a user show a certificate of another subject, without statements of a role."""
    signs = quoting(connection)
    _alter_named(connection, name, f"REQUIRE SUBJECT {literal(subject, signs)}", signs)


def _alter_named(connection: Any, name: str, how: str, signs: Quoting) -> None:
    try:
        _execute(connection, f"ALTER USER {_account(name, ANYWHERE, signs)} {how}")
    except library().Error as error:
        hosts = _hosts(connection, name) if number_of(error) == CANNOT_USER else None
        if not hosts:
            raise meaning(error, "") from error
        for host in hosts:
            _alter(connection, f"ALTER USER {_account(name, host, signs)} {how}")


def _alter(connection: Any, text: str) -> None:
    try:
        _execute(connection, text)
    except library().Error as error:
        raise meaning(error, "") from error


def end_sessions(connection: Any, name: str, signs: Quoting) -> int:
    """End what a user has open.  Returns how many sessions that were; a lack of rights is logged."""
    try:
        if _is_mariadb(connection):
            with connection.cursor() as cursor:
                return int(cursor.execute(f"KILL CONNECTION USER {literal(name, signs)}"))
        return sum(_kill(connection, id_) for id_ in _sessions(connection, name))
    except library().Error as error:
        if number_of(error) not in NO_RIGHTS:
            raise
        log.warning(
            "sessions of a removed user may be open still: this server's user has no right to end them",
            user=name,
            error=number_of(error),
        )
        return 0


def _drop_by(connection: Any, name: str, statements: Sequence[Statement], signs: Quoting) -> None:
    values = {"name": name, "username": name}
    texts = [filled(statement, values, signs) for statement in statements]
    unclear: tuple[int, Exception] | None = None
    for at, text in enumerate(texts):
        try:
            _execute(connection, text)
        except library().Error as error:
            if number_of(error) not in NOT_THERE:
                raise meaning(error, "", _which(at, len(texts))) from error
            unclear = (at, error) if number_of(error) != CANNOT_USER else unclear
        else:
            check_quoting(connection, signs, texts[at + 1 :], text)
            unclear = None if text.lstrip().upper().startswith("DROP USER") else unclear
    connection.commit()
    # Error 1269 also means that rights are missing: then the user is there.
    if unclear is not None and _hosts(connection, name) != []:
        raise meaning(unclear[1], "", _which(unclear[0], len(texts)))


def _drop_default(connection: Any, name: str, signs: Quoting) -> None:
    for host in _hosts(connection, name) or [ANYWHERE]:
        account = _account(name, host, signs)
        # Where sessions can't be ended, this takes at least something from them. It needs rights that dropping doesn't.
        with contextlib.suppress(library().DatabaseError):
            _execute(connection, f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}")
        try:
            _execute(connection, f"DROP USER {account}")
        except library().Error as error:
            if number_of(error) != CANNOT_USER:
                raise meaning(error, "") from error


def _undo(connection: Any, name: str, statements: Sequence[str], signs: Quoting, *, begun: bool) -> None:
    """Remove what a creation left that failed half-way.  Whoever revokes its lease does so again."""
    try:
        connection.rollback()
        if statements:
            for text in statements:
                _execute(connection, text)
            connection.commit()
        elif begun:
            _drop_default(connection, name, signs)
    except (library().Error, StrongroomError) as error:
        log.warning("a user that could not be made may be there still", user=name, error=number_of(error))


def _hosts(connection: Any, name: str) -> list[str] | None:
    """From where a user may come; None if this server's user may not see that."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT Host FROM mysql.user WHERE User = %s", (name,))
            return [str(row[0]) for row in cursor.fetchall()]
    except library().Error as error:
        if number_of(error) not in NO_RIGHTS:
            raise
        return None


def _is_mariadb(connection: Any) -> bool:
    return "mariadb" in str(connection.server_version).lower()


def _sessions(connection: Any, name: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW PROCESSLIST")
        return [int(row[0]) for row in cursor.fetchall() if row[1] == name]


def _kill(connection: Any, id_: int) -> int:
    try:
        connection.kill(id_)
    except library().Error as error:
        if number_of(error) != _GONE:
            raise
        return 0
    return 1


def _execute(connection: Any, text: str) -> None:
    """Execute one statement, and read no more of its result than has to be.

    It isn't prepared: there are statements about users that can't be.
    """
    with connection.cursor(library().cursors.SSCursor) as cursor:
        cursor.execute(text)


def _account(name: str, host: str, signs: Quoting) -> str:
    return f"{literal(name, signs)}@{literal(host, signs)}"


def _which(done: int, of: int) -> str:
    return f"statement {done + 1} of {of}" if done < of else ""


def refused() -> UpstreamFailed:
    """What is said of a credential of a kind that these servers don't have."""
    return UpstreamFailed("MySQL has no users with this type of credential")
