"""Which other origins may call the API from a browser; `sys/config/cors` sets it, the front of the server obeys it."""

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
    """The origins that may call; without this row CORS is off, and browsers refuse all others by themselves."""

    origins: tuple[str, ...]
    """Compared to the last character; or `*` alone."""
    headers: tuple[str, ...]
    """Allowed besides the standard ones."""
    credentials: bool = False

    @property
    def all_headers(self) -> tuple[str, ...]:
        """Every header that a request may have."""
        return (*STANDARD_HEADERS, *self.headers)

    @property
    def shares_credentials(self) -> bool:
        """Whether a browser may add what it keeps for this server: cookies, client certificates.

        Never for any origin: every page would then call with the certificate of whoever looks at it.
        """
        return self.credentials and self.origins != (ANY_ORIGIN,)

    def allows(self, origin: str) -> bool:
        """Whether requests of this origin are answered."""
        return self.origins == (ANY_ORIGIN,) or origin in self.origins


async def read(txn: Transaction) -> CorsRecord | None:
    """The setting in force; None while CORS is off."""
    return await txn.read(KEY, CorsRecord)
