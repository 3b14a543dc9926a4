"""InfluxDB 1."""

from strongroom.engines.database.drivers.influxdb.driver import InfluxDB

__all__ = ["InfluxDB"]
