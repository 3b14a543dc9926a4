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
    "transit": (),
    "pki": (),
    "due": (),
    "auth": ("/auth",),
    "policies": (
        "/policies",
        "/policies?tab=password",
        "/policies/edit?name=default",
        "/policies/edit",
        "/policies/simulate?name=team-reader",
        "/policies/password",
        "/policies/why",
        "/policies/why?tab=denial",
        "/policies/why?tab=who",
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
        "/snapshots/schedule",
        "/snapshots/read",
        "/snapshots/restore",
    ),
    "plugins": (),
    "tools": ("/tools",),
    "console": ("/console",),
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
    "identity": (
        "/entities",
        "/entities/entity?name=eva",
        "/entities/entity?name=eva&tab=aliases",
        "/entities/entity?name=eva&tab=holds",
        "/entities/entity?name=eva&tab=factors",
        "/entities/entity?name=eva&tab=merge",
        "/entities/edit",
        "/entities/clearing",
        "/entities/graph?kind=entity&name=eva",
        "/groups",
        "/groups/group?name=payments",
        "/groups/group?name=payments&tab=members",
        "/groups/edit",
        "/mfa",
        "/mfa?tab=enforcements",
        "/mfa/method?type=totp",
        "/mfa/enforcement",
        "/provider",
        "/provider?tab=client",
        "/provider/item?kind=provider&name=default",
        "/provider/item?kind=client",
    ),
    "namespaces": (
        "/namespaces",
        "/namespaces/create",
        "/namespaces/namespace?path=team-space",
        "/namespaces/namespace?path=team-space&tab=lock",
    ),
    "quotas": ("/quotas", "/quotas?tab=lease-count", "/quotas?tab=settings", "/quotas/quota?kind=rate-limit"),
    "tools": ("/tools",),
    "console": ("/console",),
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
}
"""Addresses below `/ui` by the folder of their sources; in the order of the documentation."""
PAGES: Final = tuple(chain.from_iterable(BY_AREA.values()))
PICTURES: Final = Path(__file__).parents[3] / "docs" / "images" / "interface"


def picture(place: str) -> Path:
    """The picture of a page in the documentation."""
    words = place.partition("?")[0].strip("/").split("/")
    return PICTURES / f"{'-'.join(words) or 'overview'}.png"
