"""PostgreSQL."""

from strongroom.engines.database.drivers.postgresql.driver import Postgresql

__all__ = ["Postgresql"]
