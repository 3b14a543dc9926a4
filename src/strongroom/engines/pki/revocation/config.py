"""The settings of lists."""

from __future__ import annotations

from strongroom.engines.pki.issuing.rules.moments import CENTURY_S
from strongroom.engines.pki.revocation.records import CrlConfig
from strongroom.lib.durations import parse_duration_s
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View

_ROW = "config/crl"
_USUAL = CrlConfig()


async def config_of(view: View) -> CrlConfig:
    """The settings of a mount's lists."""
    return await view.read(_ROW, CrlConfig) or _USUAL


def keep(view: View, config: CrlConfig) -> None:
    """Store the settings."""
    view.write(_ROW, config)


def seconds(text: str) -> int:
    """A stored duration in seconds."""
    return parse_duration_s(text)


def check(config: CrlConfig) -> None:
    """Raise `InvalidRequest` for settings that don't go together."""
    expiry = _checked("expiry", config.expiry, least=1)
    _checked("ocsp_expiry", config.ocsp_expiry, least=0)
    grace = _checked("auto_rebuild_grace_period", config.auto_rebuild_grace_period, least=0)
    interval = _checked("delta_rebuild_interval", config.delta_rebuild_interval, least=1)
    if config.auto_rebuild and grace >= expiry:
        raise InvalidRequest(
            f"CRL auto-rebuilding grace period ({config.auto_rebuild_grace_period}) must be strictly shorter than "
            f"CRL expiry ({config.expiry}) value when auto-rebuilding of CRLs is enabled"
        )
    if config.enable_delta and not config.auto_rebuild:
        raise InvalidRequest(
            "Delta CRLs cannot be enabled when auto rebuilding is disabled as the complete CRL is always regenerated!"
        )
    if config.enable_delta and interval >= expiry:
        raise InvalidRequest(
            f"CRL delta rebuild window ({config.delta_rebuild_interval}) must be strictly shorter than "
            f"CRL expiry ({config.expiry}) value when delta CRLs are enabled"
        )


def _checked(name: str, text: str, least: int) -> int:
    try:
        value = parse_duration_s(text)
    except InvalidRequest as error:
        raise InvalidRequest(f'given {name} could not be decoded: time: invalid duration "{text[:64]}"') from error
    if not least <= value <= CENTURY_S:
        raise InvalidRequest(f"given {name} ({text[:64]}) must be between {least}s and a hundred years")
    return value
