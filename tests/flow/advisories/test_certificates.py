"""Advisories about logging in with certificates."""

from __future__ import annotations

import pytest

from strongroom.auth.cert import Cert
from strongroom.auth.cert.responders import Responders
from strongroom.lib.errors import InvalidRequest
from strongroom.testing.clock import SetClock
from tests.flow.auth.cert.answering import Answering
from tests.flow.auth.cert.showing import WRITE, Showing, mounted
from tests.sim.pki import Authority
from tests.sim.pki.authority import make


async def test_cve_2022_41316_a_new_process_knows_the_revocation_lists() -> None:
    """There the lists were loaded by the first write after a start, and nobody was revoked until then.

    Here a restart would have let everybody in whose certificate was revoked.
    """
    mount, root = await mounted()
    client = root.issue("client")
    await mount.role("web", root.pem)
    await mount.ask(WRITE, "crls/one", {"crl": root.crl(client).decode()})
    restarted = Showing(Cert(), mount.barrier, mount.clock)
    with pytest.raises(InvalidRequest, match="a certificate of the chain is revoked"):
        await restarted.log_in(client)


async def test_cve_2024_2048_a_registered_certificate_is_not_its_name() -> None:
    """There a registered certificate let in others that have its serial number and key identifier.

    Here whoever can have a certificate made by any authority would have got the role's token.
    """
    mount, root = await mounted()
    own = make(root.now, "client", None, serial=77)
    await mount.role("own", own.pem)
    forged = Authority.root(root.now, "client", key=own.key).issue("client", serial=77, key=own.key)
    for other in (make(root.now, "client", None, serial=77), forged):
        with pytest.raises(InvalidRequest, match="invalid certificate"):
            await mount.log_in(other)


async def test_cve_2024_2660_the_answer_of_a_responder_has_to_be_the_issuers() -> None:
    """There responses of OCSP responders weren't verified against the issuer of the certificate.

    Here a revoked client that can answer in the responder's place would have got in.
    """
    http, clock = Answering(), SetClock()
    mount, root = await mounted(Cert(responders=Responders(http, clock)))
    await mount.role("web", root.pem, ocsp_enabled=True, ocsp_servers_override="http://x")
    client = root.issue("client")
    for signer in (client, Authority.root(root.now, "Root").own, root.issue("r", usages=None)):
        http.by_url["http://x"] = lambda asked, signer=signer: root.ocsp_response(asked, client, signer=signer)  # type: ignore[misc]
        with pytest.raises(InvalidRequest, match="isn't signed by the certificate's issuer"):
            await mount.log_in(client)


async def test_cve_2025_6037_the_common_name_of_a_registered_certificate_cant_be_another() -> None:
    """There a certificate with the key of a registered one got in with a common name of its holder's choice.

    Here it would have logged in as somebody else: the alias is made of that name.
    """
    mount, root = await mounted()
    own = make(root.now, "client", None)
    await mount.role("own", own.pem)
    with pytest.raises(InvalidRequest, match="invalid certificate"):
        await mount.log_in(make(root.now, "administrator", None, key=own.key))


async def test_cve_2026_39388_a_token_is_not_renewed_with_another_certificate() -> None:
    """There a renewal took any certificate that some role lets in.

    Here a stolen token would have been kept alive by whoever has a certificate.
    """
    mount, root = await mounted()
    await mount.role("web", root.pem)
    await mount.role("other", root.pem)
    auth = await mount.log_in(root.issue("client"), "web")
    with pytest.raises(InvalidRequest, match="client identity during renewal not matching"):
        await mount.renewed(root.issue("client"), auth)
