"""What stands between the two lines of a block in PEM, for patterns.

Source: RFC 7468, section 3; RFC 1421, section 4.4
"""

from typing import Final

CONTENT: Final = r"(?>[^-]*(?:-(?!----)[^-]*)*)"
"""It ends at the next five hyphens, and never gives any of it back.

With `.*?` instead, each of many first lines is searched for a last one up to the text's end: at 128 KiB that takes
seconds, during which the process does nothing else.
"""
