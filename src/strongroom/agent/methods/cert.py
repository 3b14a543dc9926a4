"""Logging in by a client certificate.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/methods/cert/
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import flag, option, read, text
from strongroom.client.settings import Tls


@dataclass(frozen=True, slots=True)
class CertOptions:
    """`config` of `method "cert"`.

    Attributes:
        reload: read the certificate again for each login; this agent always does.
    """

    name: str = option(text, "")
    ca_cert: str = option(text, "")
    client_cert: str = option(text, "")
    client_key: str = option(text, "")
    reload: bool = option(flag, False)


class Cert(Plain):
    """Logs in by a certificate of its own, or by that which is shown with all requests."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(CertOptions, basis.given)
        for there, missing in (("client_cert", "client_key"), ("client_key", "client_cert")):
            if getattr(options, there) and not getattr(options, missing):
                raise basis.given.lacking(missing)
        self._mount = basis.mount
        self._body = {"name": options.name} if options.name else {}
        self._tls = _own(options, basis.tls)

    async def login(self) -> LoginRequest:
        """The request of a login."""
        return LoginRequest(f"{self._mount}/login", self._body, tls=self._tls)


def _own(options: CertOptions, tls: Tls) -> Tls | None:
    """What the method says of TLS; None if it says nothing."""
    given = {name: getattr(options, name) for name in ("ca_cert", "client_cert", "client_key")}
    changes = {name: value for name, value in given.items() if value}
    if options.ca_cert:
        changes |= {"ca_cert_bytes": "", "ca_path": ""}
    return replace(tls, **changes) if changes else None
