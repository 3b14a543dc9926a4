"""Objects of Kubernetes' API as people write them: in JSON or in YAML (p)."""

from __future__ import annotations

from typing import Any

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import install_command


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
        import yaml  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise InvalidRequest(
            f"{field} is no JSON, and YAML needs a package that isn't installed on the server: "
            f"{install_command('kubernetes')}"
        ) from error
    try:
        tokens = list(yaml.scan(text, Loader=yaml.SafeLoader))
        if any(isinstance(token, yaml.AliasToken) for token in tokens):
            raise InvalidRequest(f'invalid "{field}" configured: aliases are not supported')
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidRequest(f'invalid "{field}" configured: it is neither JSON nor YAML') from error
