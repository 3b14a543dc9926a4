"""Requests that policies have refused lately, so that administrators can be told why.

They are collected in each process and written together every few seconds: a flood of refusals costs a commit each
time, and not one each.  Of a flood only some are kept, so that the store doesn't fill.  The audit log has all.
"""

from strongroom.services.denials.records import DenialRecord
from strongroom.services.denials.window import Window

__all__ = ["DenialRecord", "Window"]
