"""`est/…`, `est/<label>/…` and `roles/<role>/est/…`: what clients of EST ask for.

Source: RFC 7030, section 4
"""

from __future__ import annotations

from strongroom.crypto.issuing.est_contents import wants_encrypted_key, wishes
from strongroom.engines.pki.est import messages
from strongroom.engines.pki.est.enrolling import enrolled, issuer_of, rules_of
from strongroom.engines.pki.est.messages import EnrolmentFields, request_of
from strongroom.engines.pki.est.policies import Place, role_of
from strongroom.engines.pki.est.records import config_of
from strongroom.engines.pki.est.renewing import check_renewal
from strongroom.engines.pki.issuing.rules import Asked, key_for
from strongroom.engines.pki.keys.making import new_key
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Delegates, Random, Request, Response, check_segment_name, path, replace

_ANY = "any"


class EstPaths:
    """What clients of EST ask for.  The policies of their login have to allow `update`."""

    random: Random

    async def est_delegates(self, request: Request, label: str = "", role: str = "") -> Delegates | None:
        """By which auth mounts clients are logged in."""
        config = await config_of(request.view)
        role_of(config, Place(label, role))
        if not config.certificate_accessor and not config.password_accessor:
            return None
        return Delegates(
            certificate=config.certificate_accessor,
            certificate_role=config.certificate_role,
            password=config.password_accessor,
            realm="est",
        )

    @path.read("est/cacerts", unauthenticated=True)
    @path.read("est/{label}/cacerts", unauthenticated=True)
    @path.read("roles/{role}/est/cacerts", unauthenticated=True)
    async def est_authorities(self, request: Request, label: str = "", role: str = "") -> Response:
        """Tells the issuer's certificate and its chain, as PKCS #7 in base64."""
        issuer = await issuer_of(request, await _role(request, label, role))
        return messages.certificates(issuer.chain)

    @path.read("est/csrattrs", unauthenticated=True)
    @path.read("est/{label}/csrattrs", unauthenticated=True)
    @path.read("roles/{role}/est/csrattrs", unauthenticated=True)
    async def est_attributes(self, request: Request, label: str = "", role: str = "") -> Response:
        """Tells what certificate requests should have: the kind of key that the role wants."""
        rules = await rules_of(request, await _role(request, label, role))
        if rules.key_type == _ANY:
            return messages.NO_ATTRIBUTES
        choice = key_for(rules, Asked())
        return messages.attributes(wishes(choice.type, choice.bits))

    @path.write("est/simpleenroll", logs_in="est_delegates", computes=True)
    @path.write("est/{label}/simpleenroll", logs_in="est_delegates", computes=True)
    @path.write("roles/{role}/est/simpleenroll", logs_in="est_delegates", computes=True)
    async def est_enrol(self, request: Request, body: EnrolmentFields, label: str = "", role: str = "") -> Response:
        """Issues a certificate for a certificate request, and answers it as PKCS #7 in base64."""
        name = await _role(request, label, role)
        csr, _ = request.once("csr", lambda: request_of(body))
        return messages.certificates([(await enrolled(request, self.random, name, csr)).certificate])

    @path.write("est/simplereenroll", logs_in="est_delegates", computes=True)
    @path.write("est/{label}/simplereenroll", logs_in="est_delegates", computes=True)
    @path.write("roles/{role}/est/simplereenroll", logs_in="est_delegates", computes=True)
    async def est_renew(self, request: Request, body: EnrolmentFields, label: str = "", role: str = "") -> Response:
        """The same, in place of the certificate that the client shows: of its subject, and with no further names."""
        name = await _role(request, label, role)
        csr, _ = request.once("csr", lambda: request_of(body))
        await check_renewal(request, csr)
        return messages.certificates([(await enrolled(request, self.random, name, csr)).certificate])

    @path.write("est/serverkeygen", logs_in="est_delegates", computes=True)
    @path.write("est/{label}/serverkeygen", logs_in="est_delegates", computes=True)
    @path.write("roles/{role}/est/serverkeygen", logs_in="est_delegates", computes=True)
    async def est_make_key(self, request: Request, body: EnrolmentFields, label: str = "", role: str = "") -> Response:
        """Makes a key in place of that of the certificate request, and answers it with its certificate."""
        name = await _role(request, label, role)
        if request.in_clear:
            raise InvalidRequest(
                "a key isn't sent without TLS: ask over TLS; a proxy that ends it has to be one that the listener "
                "trusts (x_forwarded_for_authorized_addrs, proxy_protocol_authorized_addrs)"
            )
        csr, content = request.once("csr", lambda: request_of(body))
        if wants_encrypted_key(content):
            raise InvalidRequest("the key can't be encrypted for the client: TLS alone protects it")
        choice = key_for(await rules_of(request, name), Asked(key_type=csr.key_type, key_bits=csr.key_bits))
        key = new_key(request, choice.type, choice.bits)
        wanted = replace(csr, public=key.public, key_type=choice.type, key_bits=choice.bits, subject_key_id=b"")
        issued = await enrolled(request, self.random, name, wanted)
        return messages.key_and_certificate(key.written("der", "pkcs8"), [issued.certificate])


async def _role(request: Request, label: str, role: str) -> str:
    for name in filter(None, (label, role)):
        check_segment_name(name)
    return role_of(await config_of(request.view), Place(label, role))
