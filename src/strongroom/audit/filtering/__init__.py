"""What a device leaves out: entries that its filter doesn't take, and fields that it excludes."""

from strongroom.audit.filtering.rules import Rules, check_beside, rules_of
from strongroom.audit.filtering.selection import select

__all__ = ["Rules", "check_beside", "rules_of", "select"]
