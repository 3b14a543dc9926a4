"""A template that has been parsed, and its results (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/username-templating
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.go_template.errors import inapplicable
from strongroom.lib.go_template.evaluator import evaluate
from strongroom.lib.go_template.functions import Surroundings
from strongroom.lib.go_template.marked import Marked
from strongroom.lib.go_template.nodes import Node
from strongroom.lib.go_template.parser import nodes

MOST_TEMPLATE_BYTES: Final = 8 * 1024
MOST_NAME_BYTES: Final = 4 * 1024
_TRIED_SOURCES: Final = (0, 16, 31, 47)
"""Where the randomness begins among the 62 characters each time that it is counted."""
_TRIED_AT: Final = 1_700_000_000.0


@dataclass(frozen=True, slots=True)
class _Source:
    """What the functions of `lib.rand` draw from."""

    draw: Callable[[int], bytes]

    def bytes(self, count: int) -> bytes:
        return self.draw(count)


@dataclass(frozen=True, slots=True)
class Template:
    """A template.  Two of the same text and limit are equal."""

    text: str
    limit: int
    """Bytes that a result may have."""
    nodes: tuple[Node, ...] = field(compare=False, repr=False)

    def render(self, values: Mapping[str, str | int], *, random: Callable[[int], bytes], now: float) -> str:
        """The text for these values.

        Args:
            values: of the fields, by name, such as `DisplayName`; numbers are times in seconds.
            random: gives so many unpredictable bytes. now: seconds since 1970.

        Raises: `InvalidRequest` for a field without a value, for arguments that a function doesn't take, and for a
            result that is too long.
        """
        return self.render_counted(values, random=random, now=now)[0]

    def render_counted(
        self, values: Mapping[str, str | int], *, random: Callable[[int], bytes], now: float, within: int = 0
    ) -> tuple[str, int]:
        """The text for these values, and how many of its characters are random, as `random_characters` counts them.

        Whoever writes a template may write one whose names are random for the values of a check, and fixed for others.

        Args:
            within: after how many bytes the text is cut; 0 for never.

        Raises: `InvalidRequest` as `render` does.
        """
        result = self._result(values, random, now)
        if within:
            result = result.cut(within)[0]
        try:
            return result.data.decode(), result.random
        except UnicodeDecodeError:
            raise inapplicable("", "the result is not UTF-8; base64 must follow utf16le") from None

    def random_characters(self, values: Mapping[str, str | int], within: int = 0) -> int:
        """The fewest characters of `random` and `uuid` that a result for these values has.

        A hash counts as many as went into it, at most its length.  What `replace` may take out doesn't count.  Only
        the branches that these values choose are counted.

        Args:
            values: the worst ones, such as names of 80 characters. within: in how many bytes of the result; 0 for all.

        Raises: `InvalidRequest` as `render` does.
        """
        results = (self._result(values, _counting(start), _TRIED_AT) for start in _TRIED_SOURCES)
        return min((result.cut(within)[0] if within else result).random for result in results)

    def _result(self, values: Mapping[str, str | int], random: Callable[[int], bytes], now: float) -> Marked:
        result = evaluate(self.nodes, values, Surroundings(_Source(random), now))
        if len(result) > self.limit:
            raise inapplicable("", f"the result has more than {self.limit} bytes")
        return result


def parse(text: str, *, limit: int = MOST_NAME_BYTES) -> Template:
    """The template of this text.

    Args:
        text: at most `MOST_TEMPLATE_BYTES`. limit: bytes that a result may have.

    Raises: `InvalidRequest`.
    """
    if not text:
        raise InvalidRequest("missing template")
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise InvalidRequest("unable to parse template: it is not UTF-8") from None
    if size_bytes > MOST_TEMPLATE_BYTES:
        raise InvalidRequest(f"unable to parse template: it is longer than {MOST_TEMPLATE_BYTES} bytes")
    return Template(text, limit, nodes(text))


def _counting(start: int) -> Callable[[int], bytes]:
    """A source that gives each of the 62 characters in turn."""
    given = start

    def draw(count: int) -> bytes:
        nonlocal given
        given += count
        return bytes(at % 62 for at in range(given - count, given))

    return draw
