"""All pages of the interface, each with something in the team's server that it shows."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Final

BY_AREA: Final[dict[str, tuple[str, ...]]] = {
    "home": ("/",),
    "secrets": ("/secrets",),
    "kv": (
        "/secrets/kv?mount=team/&path=web/",
        "/secrets/kv/secret?mount=team/&path=web/db",
        "/secrets/kv/edit?mount=team/&path=web/db",
        "/secrets/kv/settings?mount=team/",
        "/secrets/kv/search?text=web",
        "/unwrap",
    ),
    "engine": (
        "/secrets/engine?mount=identity/",
        "/secrets/engine/names?mount=identity/&path=entity/id",
        "/secrets/engine/path?mount=identity/&path=entity/name/{name}",
    ),
    "database": (),
    "ssh": (),
    "totp": (),
    "transit": (
        "/secrets/transit?mount=transit/",
        "/secrets/transit/create?mount=transit/",
        "/secrets/transit/key?mount=transit/&name=team",
        "/secrets/transit/key?mount=transit/&name=team&tab=versions",
        "/secrets/transit/key?mount=transit/&name=team&tab=settings",
        "/secrets/transit/key?mount=transit/&name=team&tab=export",
        "/secrets/transit/restore?mount=transit/",
        "/secrets/transit/import?mount=transit/",
        "/secrets/transit/settings?mount=transit/",
        "/secrets/transit/random?mount=transit/",
    ),
    "pki": (),
    "due": (),
    "auth": ("/auth",),
    "policies": ("/policies", "/policies/edit?name=default", "/policies/why"),
    "identity": (),
    "namespaces": (),
    "mounts": ("/mounts/enable?table=secret", "/mounts/settings?table=secret&path=team/"),
    "leases": ("/leases", "/leases/search", "/leases/lease", "/leases/revoke?prefix=auth/userpass/"),
    "tokens": (
        "/tokens",
        "/tokens/token",
        "/tokens/create",
        "/tokens/roles",
        "/tokens/role",
        "/break-glass",
        "/break-glass/new",
        "/break-glass/report",
    ),
    "snapshots": (
        "/snapshots",
        "/snapshots/schedule?name=none",
        "/snapshots/read?id=none&mount=team/&path=web/db",
        "/snapshots/restore",
    ),
    "plugins": (),
    "tools": ("/tools",),
    "console": ("/console",),
    "explorer": (),
    "oidc": (),
    "me": ("/me",),
    "quotas": (),
    "audit": ("/audit", "/audit/enable?type=socket", "/audit/device?path=file/"),
    "seal": ("/seal", "/seal/rekey", "/seal/root"),
    "nodes": (
        "/nodes",
        "/nodes?tab=requests",
        "/nodes?tab=machine",
        "/nodes?tab=configuration",
        "/nodes?tab=versions",
        "/nodes/log",
        "/nodes/log?tab=loggers",
        "/nodes/regions",
    ),
    "explorer": ("/explorer?find=mounts", "/explorer/operation?method=post&path=sys/mounts/%7Bpath%7D"),
}
"""Addresses below `/ui` by the folder of their sources; in the order of the documentation."""
PAGES: Final = tuple(chain.from_iterable(BY_AREA.values()))
PICTURES: Final = Path(__file__).parents[3] / "docs" / "images" / "interface"


def picture(place: str) -> Path:
    """The picture of a page in the documentation."""
    words = place.partition("?")[0].strip("/").split("/")
    return PICTURES / f"{'-'.join(words) or 'overview'}.png"
