"""MySQL and MariaDB."""

from strongroom.engines.database.drivers.mysql.driver import MysqlDriver

__all__ = ["MysqlDriver"]
