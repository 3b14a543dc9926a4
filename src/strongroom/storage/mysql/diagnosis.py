"""What a server says of itself, asked without changing anything.  It blocks."""

from __future__ import annotations

from typing import NamedTuple

from strongroom.lib.errors import StorageError
from strongroom.storage.mysql import server
from strongroom.storage.mysql.failures import ConnectionLost, StatementFailed, storage_error
from strongroom.storage.mysql.login import Login, place
from strongroom.storage.mysql.session import dial
from strongroom.storage.mysql.tables import Tables, octets

_TABLES = b"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = CONVERT(%b USING utf8mb4)"
_AND_NAME = b" AND table_name = CONVERT(%b USING utf8mb4)"


class Report(NamedTuple):
    """What a server says."""

    variables: dict[str, str]
    has_tables: bool
    is_superuser: bool


def report(login: Login, tables: Tables, answer_s: float) -> Report:
    """Ask the first server that answers.  Raises `StorageError`."""
    failure = StorageError("the MySQL storage has no address")
    for address in login.addresses:
        try:
            session = dial(login, address, answer_s, answer_s)
        except (StatementFailed, ConnectionLost) as error:
            failure = storage_error(error.at(place(address)), "connecting")
            continue
        try:
            query = (_TABLES + _AND_NAME) % (octets(tables.database.encode()), octets(f"{tables.name}_head".encode()))
            variables, count, grants = session.ask([server.VARIABLES, query, b"SHOW GRANTS"])
        except (StatementFailed, ConnectionLost) as error:
            raise storage_error(error, "asking") from error
        finally:
            session.close()
        everything = any(str(grant[0]).startswith("GRANT ALL PRIVILEGES ON *.*") for grant in grants)
        return Report(dict(variables), count[0][0] > 0, everything)
    raise failure
