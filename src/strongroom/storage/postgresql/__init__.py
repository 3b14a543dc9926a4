"""A store on PostgreSQL, for many machines."""

from strongroom.lib.errors import StorageError
from strongroom.lib.extras import install_command

try:
    import psycopg as _psycopg  # noqa: F401 - whether it is there decides the error
except ImportError as error:
    raise StorageError(
        f"storage on PostgreSQL needs the package psycopg: {install_command('postgresql')}", detail=str(error)
    ) from error

from strongroom.storage.postgresql.storage import PostgresqlStorage

__all__ = ["PostgresqlStorage"]
