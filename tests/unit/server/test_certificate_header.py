"""The settings for certificates that proxies pass on."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from strongroom.http.forwarded_certificates import CertificateHeader
from strongroom.server.config.config import Config, ConfigError, Listener, Where
from strongroom.server.plan import listener_config
from strongroom.server.unserved import refuse

NETWORK = ipaddress.ip_network("10.0.0.0/8")


def listener(**settings: Any) -> Listener:
    """A listener behind a proxy."""
    given = {f"x_forwarded_for_client_cert_{name}": value for name, value in settings.items() if name != "proxies"}
    proxies = settings.get("proxies", (NETWORK,))
    return Listener("tcp", Where("f", 1), tls_disable=True, x_forwarded_for_authorized_addrs=proxies, **given)


@pytest.mark.parametrize("name", ["header_decoders", "decoders"])
def test_both_names_of_the_decoders(name: str) -> None:
    """Vault's and OpenBao's, in any case of letters."""
    settings = listener(header="X-SSL-Client-Cert", **{name: ("url", "DER")})
    refuse(Config(listeners=(settings,)))
    rules = listener_config(settings).forwarded
    assert rules is not None
    assert rules.certificates == CertificateHeader("x-ssl-client-cert", ("URL", "DER"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"header": "a", "header_decoders": ("x",)}, "unknown: X; known: BASE64, DER, ENVOY, PEM, RFC9440, URL"),
        ({"header": "a", "header_decoders": ("URL", "ENVOY")}, "stand alone"),
        ({"header": "a", "header_decoders": ("URL",), "decoders": ("URL",)}, "give one"),
        ({"header_decoders": ("URL",)}, "need x_forwarded_for_client_cert_header"),
        ({"header": "a b"}, "can't be the header"),
        ({"header": "X-Vault-Token"}, "can't be the header"),
        ({"header": "a", "proxies": ()}, "needs x_forwarded_for_authorized_addrs"),
        ({"header": "a", "keep_unauthorized": True}, "let any client claim any certificate"),
        ({"keep_not_forwarded": True}, "let any client claim any certificate"),
    ],
)
def test_what_would_believe_the_wrong_ones_keeps_the_server_from_starting(settings: dict[str, Any], told: str) -> None:
    """And so does what would believe nobody, with what to change."""
    with pytest.raises(ConfigError, match="f:1") as refused:
        refuse(Config(listeners=(listener(**settings),)))
    assert told in str(refused.value)
