"""The key/value engine, versions 1 and 2."""

from strongroom.engines.kv.engine import KvEngine

__all__ = ["KvEngine"]
