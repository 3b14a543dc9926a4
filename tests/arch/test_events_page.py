"""The page about events names every type of them."""

from __future__ import annotations

import re
from pathlib import Path

from strongroom.sdk.request import Operation
from strongroom.server import builtin

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
NOT_AT_PATHS = {
    *(f"kv-v1/{name}" for name in ("write", "delete")),
    *(f"kv-v2/{name}" for name in ("data-write", "data-patch", "data-delete", "delete", "undelete", "destroy")),
    *(f"kv-v2/{name}" for name in ("metadata-write", "metadata-patch", "metadata-delete", "config-write")),
    *(f"kv-v2/{name}" for name in ("secret-due-soon", "secret-due")),
    *(f"database/{name}" for name in ("creds-create", "rotate", "root-rotate")),
    *(
        "auth/login",
        "token/create",
        "token/revoke",
        "token/withdraw",
        "lease/create",
        "lease/renew",
        "lease/revoke",
        "events/gap",
        "namespace/seal",
        "namespace/unseal",
        "node/gone",
        "seal/seal",
        "seal/unseal",
    ),
}
"""Those that are told of elsewhere than at the declaration of a path."""


def test_every_type_is_on_the_page() -> None:
    """The table has the types that paths declare, and those that are told of besides; and no others."""
    section = PAGE.partition("## Types\n")[2].partition("\n## ")[0]
    listed = {
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    }
    declared = set()
    for engine in builtin.engines(()).values():
        for route in engine.routes.routes:
            for operation, declaration in route.by_operation.items():
                if declaration.event:
                    told = declaration.event.replace("{operation}", operation)
                    if declaration.exists or operation is not Operation.CREATE or told == declaration.event:
                        declared.add(told)
    assert listed == declared | NOT_AT_PATHS
