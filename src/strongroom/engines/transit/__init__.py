"""Encryption as a service."""

from strongroom.engines.transit.engine import Transit

__all__ = ["Transit"]
