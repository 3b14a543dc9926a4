"""The storage contract on stores that have small conditional transactions, and no SQL."""

from strongroom.storage.conditional.storage import ConditionalStorage

__all__ = ["ConditionalStorage"]
