"""Redis and Valkey."""

from strongroom.engines.database.drivers.redis.driver import Redis

__all__ = ["Redis"]
