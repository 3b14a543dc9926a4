"""The secrets engine `pki`: certificates."""

from strongroom.engines.pki.engine import Pki

__all__ = ["Pki"]
