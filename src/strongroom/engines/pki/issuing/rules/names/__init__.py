"""Which names a role allows (p)."""

from strongroom.engines.pki.issuing.rules.names.gathered import names_of

__all__ = ["names_of"]
