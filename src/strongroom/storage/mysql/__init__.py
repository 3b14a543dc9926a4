"""A store on MySQL or MariaDB, for many machines."""

from strongroom.lib.errors import StorageError
from strongroom.lib.extras import install_command

try:
    import pymysql as _pymysql  # noqa: F401 - whether it is there decides the error
except ImportError as error:
    raise StorageError(
        f"storage on MySQL needs the package PyMySQL: {install_command('mysql')}", detail=str(error)
    ) from error

from strongroom.storage.mysql.login import Login, LoginError, login_of
from strongroom.storage.mysql.storage import MysqlStorage

__all__ = ["Login", "LoginError", "MysqlStorage", "login_of"]
