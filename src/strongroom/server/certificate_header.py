"""The settings for certificates that proxies pass on (p)."""

from __future__ import annotations

from strongroom.http.forwarded_certificates import DECODERS, WHOLE, CertificateHeader
from strongroom.http.head import SINGULAR
from strongroom.lib.header_fields import is_name
from strongroom.server.config.config import ConfigError, Listener

_NO_CERTIFICATE = SINGULAR | {"connection", "cookie", "expect", "x-forwarded-for"}
"""Headers that have another meaning."""


def certificate_header(listener: Listener) -> CertificateHeader | None:
    """Where trusted proxies pass on certificates.  Raises `ConfigError` for what believes the wrong ones, or none."""
    where, header = listener.where, listener.x_forwarded_for_client_cert_header.strip().lower()
    for name in ("keep_not_forwarded", "keep_unauthorized"):
        if getattr(listener, f"x_forwarded_for_client_cert_{name}"):
            raise ConfigError(
                where,
                f"x_forwarded_for_client_cert_{name} would let any client claim any certificate; it can only "
                "be false here",
            )
    given = listener.x_forwarded_for_client_cert_header_decoders, listener.x_forwarded_for_client_cert_decoders
    if all(given):
        raise ConfigError(where, "x_forwarded_for_client_cert_decoders is another name of …_header_decoders; give one")
    decoders = tuple(name.upper() for name in given[0] or given[1])
    if unknown := [name for name in decoders if name not in DECODERS and name not in WHOLE]:
        known = ", ".join(sorted({*DECODERS, *WHOLE}))
        raise ConfigError(where, f"x_forwarded_for_client_cert_header_decoders: unknown: {unknown[0]}; known: {known}")
    if len(decoders) > 1 and not WHOLE.isdisjoint(decoders):
        raise ConfigError(where, f"the decoders {', '.join(sorted(WHOLE))} take the whole header and stand alone")
    if not header:
        if decoders:
            raise ConfigError(where, "the decoders need x_forwarded_for_client_cert_header")
        return None
    if not is_name(header) or header in _NO_CERTIFICATE:
        raise ConfigError(where, f"x_forwarded_for_client_cert_header: {header!r} can't be the header of certificates")
    if not listener.x_forwarded_for_authorized_addrs:
        raise ConfigError(
            where,
            "x_forwarded_for_client_cert_header needs x_forwarded_for_authorized_addrs: the proxies that are believed",
        )
    return CertificateHeader(header, decoders)
