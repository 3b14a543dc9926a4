"""Packets to and from a RADIUS server (p).

Source: RFC 2865; RFC 3579, section 3.2; CVE-2024-3596, https://www.blastradius.fail
"""

from __future__ import annotations

import enum
import importlib
import ipaddress
from dataclasses import dataclass, field
from typing import Any

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import install_command, requirements

MOST_BYTES = 4096
"""Source: RFC 2865, section 3"""
AUTHENTICATOR_BYTES = 16

_USER_NAME, _USER_PASSWORD, _NAS_IP, _NAS_PORT, _NAS_IDENTIFIER, _MESSAGE_AUTHENTICATOR, _NAS_IPV6 = (
    1,
    2,
    4,
    5,
    32,
    80,
    95,
)
_ACCESS_REQUEST = 1


class Verdict(enum.Enum):
    """What a server says of a user, and what is wrong with what isn't its word."""

    ACCEPTED = 2
    REJECTED = 3
    CHALLENGED = 11
    """It asks a further question."""
    FORGED = -1
    """No answer of who knows the secret, or none to this request."""
    UNSIGNED = -2
    """It has the secret's authenticator, but no Message-Authenticator, so that it can have been forged."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a request asks about.

    Args:
        nas_address: this server's address, in case it has no `nas_identifier`: a request has to name its sender.
    """

    username: str
    password: bytes = field(repr=False)
    nas_port: int
    nas_identifier: str
    nas_address: str = ""


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request that is ready to be sent."""

    wire: bytes = field(repr=False)
    packet: Any = field(repr=False)


def require_pyrad() -> Any:
    """The library of packets.  Raises `InvalidRequest` naming the package if it isn't installed."""
    try:
        return importlib.import_module("pyrad.packet")
    except ImportError:
        text = f"radius needs a package that isn't installed on the server: pip install {requirements('radius')}"
        raise InvalidRequest(text, detail=install_command("radius")) from None


def access_request(login: Login, secret: bytes, identifier: int, authenticator: bytes) -> AccessRequest:
    """A request with a Message-Authenticator, which comes first so that nobody can put anything before it.

    Args:
        secret: shared with the server. identifier: 0 to 255. authenticator: 16 random bytes.
    """
    packet = require_pyrad().AuthPacket(
        code=_ACCESS_REQUEST, id=identifier, secret=secret, authenticator=authenticator, auth_type="pap"
    )
    packet.add_message_authenticator()
    packet[_USER_NAME] = [login.username.encode("utf-8")]
    packet[_USER_PASSWORD] = [packet.PwCrypt(login.password)]
    packet[_NAS_PORT] = [login.nas_port.to_bytes(4, "big")]
    if login.nas_identifier:
        packet[_NAS_IDENTIFIER] = [login.nas_identifier.encode("utf-8")]
    elif login.nas_address:
        address = ipaddress.ip_address(login.nas_address.partition("%")[0])
        packet[_NAS_IP if address.version == 4 else _NAS_IPV6] = [address.packed]
    return AccessRequest(packet.RequestPacket(), packet)


def verdict(request: AccessRequest, data: bytes, *, require_message_authenticator: bool) -> Verdict:
    """What received bytes say to a request.

    A Message-Authenticator is checked wherever there is one.
    """
    if len(data) > MOST_BYTES:
        return Verdict.FORGED
    module = require_pyrad()
    try:
        reply = module.Packet(secret=request.packet.secret, packet=data)
        genuine = request.packet.VerifyReply(reply, reply.raw_packet)
    except Exception:  # a parser's; whatever it stumbled over is no answer
        return Verdict.FORGED
    if not genuine or reply.code not in {2, 3, 11}:
        return Verdict.FORGED
    if require_message_authenticator and not reply.message_authenticator:
        return Verdict.UNSIGNED
    return Verdict(reply.code)
