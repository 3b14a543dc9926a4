"""Objects of Kubernetes' API as people write them: in JSON or in YAML (p)."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import install_command

MOST_TOKENS: Final = 4000
"""Of YAML, whose library takes some 50 microseconds for each."""
MOST_DEPTH: Final = 32
_MOST_DIGITS: Final = 64
_TEXT: Final = "tag:yaml.org,2002:str"


def document(text: str, field: str, most_bytes: int) -> Any:
    """What a text in JSON or YAML holds.

    Aliases of YAML aren't followed: a few lines of them are gigabytes.

    Raises: `InvalidRequest` naming the field.
    """
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > most_bytes:
        raise InvalidRequest(f"{field} is longer than {most_bytes} bytes")
    if text.lstrip().startswith("{"):
        try:
            return json.loads(encoded)
        except InvalidRequest:
            pass  # YAML has braces too
    try:
        yaml, loader = _library()
    except ImportError as error:
        raise InvalidRequest(
            f"{field} is no JSON, and YAML needs a package that isn't installed on the server: "
            f"{install_command('kubernetes')}"
        ) from error
    try:
        return yaml.load(text, loader)
    except _Unsupported as error:
        raise InvalidRequest(f'invalid "{field}" configured: {error}') from error
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError) as error:
        raise InvalidRequest(f'invalid "{field}" configured: it is neither JSON nor YAML') from error


class _Unsupported(Exception):
    """What isn't taken, though it is YAML."""


@cache
def _library() -> tuple[Any, Any]:
    """The library, and its loader with limits.  Raises `ImportError` if it isn't installed."""
    import yaml  # noqa: PLC0415 - an optional package

    class Bounded(yaml.SafeLoader):
        """Takes what objects of Kubernetes consist of, in a time that grows with the length of the text."""

        fetched = 0

        def fetch_more_tokens(self) -> None:
            self.fetched += 1
            if self.fetched > MOST_TOKENS:
                raise _Unsupported(f"YAML of more than {MOST_TOKENS} signs and words; write it in JSON")
            # For each token the library looks at all levels that are open.
            if self.flow_level > MOST_DEPTH or len(self.indents) > MOST_DEPTH:
                raise _Unsupported(f"it is nested deeper than {MOST_DEPTH} levels")
            super().fetch_more_tokens()

        def fetch_alias(self) -> None:
            raise _Unsupported("aliases are not supported")

        def fetch_tag(self) -> None:
            raise _Unsupported("tags are not supported")

        def construct_object(self, node: Any, deep: bool = False) -> Any:
            text = isinstance(node, yaml.ScalarNode) and node.tag != _TEXT
            if text and len(node.value) > _MOST_DIGITS:
                raise _Unsupported(f"a number of more than {_MOST_DIGITS} characters")
            return super().construct_object(node, deep)

    return yaml, Bounded
