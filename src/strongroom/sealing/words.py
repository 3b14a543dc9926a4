"""The texts of refusals, which differ between the older and the newer endpoints of rekeying (pure)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one family of endpoints.  Clients know them."""

    operation: str
    """As in "nonce for this rekey operation"."""
    seal: str
    """As in "invalid rekey seal configuration"."""
    subject: str
    """As in "rekey operation already finished"."""
    noun: str
    """As in "no rekey in progress"."""
    absent: str
    duplicate: str

    @property
    def under_way(self) -> str:
        """Another attempt is in progress."""
        return f"{self.noun} already in progress"

    @property
    def none_to_verify(self) -> str:
        """No attempt is in progress."""
        return f"no {self.noun} in progress"

    @property
    def not_verifying(self) -> str:
        """There are no new shares to verify yet."""
        return f"no {self.noun} verification in progress"

    @property
    def not_configured(self) -> str:
        """No attempt is in progress, so there are no parameters."""
        return f"no {self.noun} configuration found"

    @property
    def not_verified(self) -> str:
        """The given shares aren't the new ones."""
        return f"{self.noun} verification failed; incorrect key shares supplied"

    def unusable(self, reason: str) -> str:
        """The parameters make no valid seal."""
        return f"invalid {self.seal} seal configuration: {reason}"

    def wrong_nonce(self, nonce: str) -> str:
        """The share is for another attempt."""
        return f'incorrect nonce supplied; nonce for {self.operation} is "{nonce}"'

    def wrong_verification_nonce(self, nonce: str) -> str:
        """The share is for another verification."""
        return f'incorrect nonce supplied; nonce for this verify operation is "{nonce}"'

    def finished(self, nonce: str) -> str:
        """The attempt no longer waits for present shares."""
        return (
            f"{self.subject} already finished; verification must be performed; nonce for the verification operation "
            f'is "{nonce}"'
        )


LEGACY = Words(
    operation="this rekey operation",
    seal="rekey",
    subject="rekey operation",
    noun="rekey",
    absent="no barrier rekey in progress",
    duplicate="given key has already been provided during this generation operation",
)
ROTATION = Words(
    operation="rotation",
    seal="rotate",
    subject="rotation",
    noun="rotation",
    absent="no rotation in progress",
    duplicate="given key has already been provided during this rotation",
)
