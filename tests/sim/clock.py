"""The test kit's clock, under the name by which the tests know it."""

from strongroom.testing.clock import SetClock

__all__ = ["SetClock"]
