"""Filter expressions of Vault: comparisons of fields, put together by `and`, `or` and `not`."""

from strongroom.lib.bexpr.expressions import MISSING, Expression, Look, Path
from strongroom.lib.bexpr.parser import parse, pointer

__all__ = ["MISSING", "Expression", "Look", "Path", "parse", "pointer"]
