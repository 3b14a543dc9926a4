"""The origins that may call the API from a browser.  `sys/config/cors` sets them; the HTTP front end applies them."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

KEY = keys.SETTINGS + "cors"

STANDARD_HEADERS = (
    "Content-Type",
    "Authorization",
    "X-Vault-Token",
    "X-Vault-MFA",
    "X-Vault-No-Request-Forwarding",
    "X-Vault-Wrap-Format",
    "X-Vault-Wrap-TTL",
    "X-Requested-With",
    "X-Vault-AWS-IAM-Server-ID",
    "X-Vault-Policy-Override",
)
"""Allowed in every cross-origin request."""

ANY_ORIGIN = "*"


class CorsRecord(Record, frozen=True, tag="cors"):
    """The origins that may call.  Without this row CORS is off, and browsers refuse all other origins."""

    origins: tuple[str, ...]
    """Compared exactly; or `*` alone, for any origin."""
    headers: tuple[str, ...]
    """Allowed besides the standard ones."""
    credentials: bool = False

    @property
    def all_headers(self) -> tuple[str, ...]:
        """Every header that a request may have."""
        return (*STANDARD_HEADERS, *self.headers)

    @property
    def shares_credentials(self) -> bool:
        """Whether a browser may send its credentials for this server: cookies, client certificates.

        Always false for `*`: any page could otherwise call with the certificate of its visitor.
        """
        return self.credentials and self.origins != (ANY_ORIGIN,)

    def allows(self, origin: str) -> bool:
        """Whether this origin may call."""
        return self.origins == (ANY_ORIGIN,) or origin in self.origins


async def read(txn: Transaction) -> CorsRecord | None:
    """The setting in force; None while CORS is off."""
    return await txn.read(KEY, CorsRecord)
