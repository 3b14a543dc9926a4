"""Runs the programs of roles on what clients ask for (p).

Source: https://openbao.org/docs/secrets/pki/cel
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from strongroom.crypto.issuing.requests import CertificateRequest
from strongroom.engines.pki.cel.records import ProgramRole
from strongroom.engines.pki.cel.types import OUTPUT, TEMPLATE, TYPES, constants
from strongroom.lib.cel import CelError, Message, Program, Timestamp, compile_program, from_json
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.cel_programs import texts_of

_NAMES: Final = frozenset({"request", "now", "parsed_csr", "KeyUsage", "ExtKeyUsage"})
_MOST: Final = 5000
"""Values in a request, or a certificate request."""
_MOST_CHARACTERS: Final = 1000
"""Of what a program has a client told."""
_CONSTANTS: Final = constants()


@lru_cache(maxsize=128)
def compiled(expression: str, variables: tuple[tuple[str, str], ...]) -> Program:
    """A program that is ready to run.  Its texts are what it is known by, so that no change is missed.

    Raises: `CelError`.
    """
    return compile_program(expression, variables, _NAMES, TYPES)


def of(role: ProgramRole) -> Program:
    """The program of a role.  Raises `CelError`."""
    return compiled(*texts_of(role))


def decide(role: ProgramRole, asked: Mapping[str, Any], csr: CertificateRequest | None, now_s: float) -> Message:
    """What the program makes of a request, as `ValidationOutput`.

    Args:
        asked: the fields of the request. now_s: the time in seconds since the epoch.

    Raises: `InvalidRequest` for any other result: a text is what the client is told, and false refuses.
    """
    try:
        values = {
            "request": from_json(asked, _MOST),
            "now": Timestamp(int(now_s * 10**9)),
            "parsed_csr": from_json(_shown(csr) if csr is not None else {}, _MOST),
            **_CONSTANTS,
        }
        result = of(role).run(values)
    except CelError as error:
        raise InvalidRequest(f"failed to evaluate the CEL program: {error}") from error
    match result:
        case Message() if result.type is OUTPUT and "template" in result.fields:
            return result
        case Message() if result.type in (OUTPUT, TEMPLATE):
            raise InvalidRequest("template is nil: the program returns ValidationOutput{template: CertTemplate{…}}")
        case bool():
            raise InvalidRequest("request denied")
        case str():
            raise InvalidRequest(result[:_MOST_CHARACTERS])
    raise InvalidRequest("unexpected mainProgram result type: it returns ValidationOutput, false or a text")


def _shown(csr: CertificateRequest) -> dict[str, Any]:
    return {
        "Subject": {"CommonName": csr.common_name, "SerialNumber": csr.serial_number},
        "DNSNames": list(csr.names.dns),
        "EmailAddresses": list(csr.names.emails),
        "IPAddresses": list(csr.names.ips),
        "URIs": list(csr.names.uris),
        "UserIDs": list(csr.user_ids),
        "KeyType": csr.key_type,
        "KeyBits": csr.key_bits,
    }
