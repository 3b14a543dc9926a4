"""A client of SPNEGO: prints the first token for a service, in base64."""

from __future__ import annotations

import base64
import sys

import gssapi

SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")


def main(service: str, mechanism: str) -> None:
    """Print the token.

    Args:
        service: `HTTP@host`. mechanism: `spnego` or `kerberos`.
    """
    context = gssapi.SecurityContext(
        name=gssapi.Name(service, gssapi.NameType.hostbased_service),
        usage="initiate",
        mech=SPNEGO if mechanism == "spnego" else gssapi.MechType.kerberos,
    )
    print(base64.b64encode(context.step() or b"").decode("ascii"))


if __name__ == "__main__":
    main(*sys.argv[1:])
