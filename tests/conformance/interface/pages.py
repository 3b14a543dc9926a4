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
    "pki": (
        "/secrets/pki?mount=pki/",
        "/secrets/pki/generate?mount=pki/&what=root",
        "/secrets/pki/generate?mount=pki/&what=intermediate",
        "/secrets/pki/sign?mount=pki/&ref=default",
        "/secrets/pki/import?mount=pki/",
        "/secrets/pki/issuer?mount=pki/&ref=root",
        "/secrets/pki/issuer?mount=pki/&ref=root&tab=settings",
        "/secrets/pki/issuer?mount=pki/&ref=root&tab=revoked",
        "/secrets/pki/roles?mount=pki/",
        "/secrets/pki/role?mount=pki/",
        "/secrets/pki/role?mount=pki/&name=web",
        "/secrets/pki/role?mount=pki/&name=web&tab=try",
        "/secrets/pki/issue?mount=pki/&role=web",
        "/secrets/pki/issue?mount=pki/&role=web&by=request",
        "/secrets/pki/certificates?mount=pki/",
        "/secrets/pki/certificates?mount=pki/&tab=calendar",
        "/secrets/pki/certificate?mount=pki/&serial=00",
        "/secrets/pki/keys?mount=pki/",
        "/secrets/pki/acme?mount=pki/",
        "/secrets/pki/acme?mount=pki/&tab=bindings",
        "/secrets/pki/acme?mount=pki/&tab=accounts",
        "/secrets/pki/tidy?mount=pki/",
        "/secrets/pki/tidy?mount=pki/&tab=auto",
        "/secrets/pki/settings?mount=pki/",
        "/secrets/pki/settings?mount=pki/&tab=crl",
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
}
"""Addresses below `/ui` by the folder of their sources; in the order of the documentation."""
PAGES: Final = tuple(chain.from_iterable(BY_AREA.values()))
PICTURES: Final = Path(__file__).parents[3] / "docs" / "images" / "interface"


def picture(place: str) -> Path:
    """The picture of a page in the documentation."""
    words = place.partition("?")[0].strip("/").split("/")
    return PICTURES / f"{'-'.join(words) or 'overview'}.png"
