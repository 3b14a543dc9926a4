"""The kinds of databases: adding one is a folder here and a line in `DRIVERS`."""

from __future__ import annotations

from strongroom.engines.database.driver import Driver
from strongroom.engines.database.drivers.influxdb import InfluxDB
from strongroom.engines.database.drivers.mysql import MysqlDriver
from strongroom.engines.database.drivers.postgresql import Postgresql
from strongroom.engines.database.drivers.redis import Redis
from strongroom.lib.errors import InvalidRequest

DRIVERS: tuple[Driver, ...] = (Postgresql(), MysqlDriver(), Redis(), InfluxDB())
"""One object for each kind; it keeps nothing."""

_BY_NAME = {name: driver for driver in DRIVERS for name in driver.names}

NAMES = tuple(sorted(_BY_NAME))
"""All that a `plugin_name` may be."""


def driver_of(plugin: str) -> Driver:
    """The driver of a `plugin_name`.  Raises `InvalidRequest`."""
    if plugin not in _BY_NAME:
        raise InvalidRequest(
            f"error creating database object: plugin not found in the catalog: {plugin[:100]}; "
            f"there are {', '.join(NAMES)}"
        )
    return _BY_NAME[plugin]
