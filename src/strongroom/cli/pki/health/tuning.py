"""What checks of a mount's settings have in common."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.cli.pki.health.finding import Finding
from strongroom.cli.pki.health.mount import Mount


def denied(mount: Mount) -> Finding:
    """The finding that the settings may not be read."""
    return mount.insufficient(
        mount.tune_endpoint,
        "This token lacks permission to read the tune endpoint for this mount.",
        "No token available so unable read the tune endpoint for this mount.",
        "Without this information, this health check is unable to function.",
    )


def has_headers(setting: Iterable[str] | None, wanted: Iterable[str]) -> bool:
    """Whether a list of headers names all of these, in whatever case."""
    return {name.lower() for name in wanted} <= {str(name).lower() for name in setting or ()}
