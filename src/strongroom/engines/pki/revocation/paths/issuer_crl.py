"""`issuer/<ref>/crl`: the lists of any issuer.

Source: https://openbao.org/api-docs/secret/pki/#read-issuer-crl
"""

from __future__ import annotations

from strongroom.engines.pki.issuers.rows import referred
from strongroom.engines.pki.revocation.config import config_of
from strongroom.engines.pki.revocation.lists.groups import Stream, groups_of, stream_id, stream_named
from strongroom.engines.pki.revocation.lists.rows import COMPLETE, DELTA
from strongroom.engines.pki.revocation.lists.serving import served
from strongroom.engines.pki.revocation.paths.answers import DER, PEM, answered
from strongroom.lib.errors import NotFound
from strongroom.sdk import Request, Response, View, path


class IssuerCrlPaths:
    """`issuer/<ref>/crl…`"""

    @path.read("issuer/{issuer_ref}/crl", unauthenticated=True, repeatable=True)
    async def read_issuer_crl(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer's list of revoked certificates, in PEM within JSON."""
        return await _shown(request, issuer_ref, COMPLETE)

    @path.read("issuer/{issuer_ref}/crl/der", unauthenticated=True, repeatable=True)
    async def read_issuer_crl_der(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer's list of revoked certificates, in DER."""
        return await answered(request, await _stream(request.view, issuer_ref), COMPLETE, DER)

    @path.read("issuer/{issuer_ref}/crl/pem", unauthenticated=True, repeatable=True)
    async def read_issuer_crl_pem(self, request: Request, issuer_ref: str) -> Response:
        """Reads an issuer's list of revoked certificates, in PEM."""
        return await answered(request, await _stream(request.view, issuer_ref), COMPLETE, PEM, end=b"\n")

    @path.read("issuer/{issuer_ref}/crl/delta", unauthenticated=True, repeatable=True)
    async def read_issuer_delta(self, request: Request, issuer_ref: str) -> Response:
        """Reads what has changed since an issuer's complete list, in PEM within JSON."""
        return await _shown(request, issuer_ref, DELTA)

    @path.read("issuer/{issuer_ref}/crl/delta/der", unauthenticated=True, repeatable=True)
    async def read_issuer_delta_der(self, request: Request, issuer_ref: str) -> Response:
        """Reads what has changed since an issuer's complete list, in DER."""
        return await answered(request, await _stream(request.view, issuer_ref), DELTA, DER)

    @path.read("issuer/{issuer_ref}/crl/delta/pem", unauthenticated=True, repeatable=True)
    async def read_issuer_delta_pem(self, request: Request, issuer_ref: str) -> Response:
        """Reads what has changed since an issuer's complete list, in PEM."""
        return await answered(request, await _stream(request.view, issuer_ref), DELTA, PEM, end=b"\n")

    @path.read("issuer/{issuer_ref}/crl/partition/{set}/{partition}/der", unauthenticated=True)
    async def read_partition_der(self, request: Request, issuer_ref: str, set: str, partition: str) -> Response:  # noqa: A002 - a part of the path
        """Reads the short list that a certificate names, in DER."""
        return await answered(request, await _partition(request.view, issuer_ref, set, partition), COMPLETE, DER)

    @path.read("issuer/{issuer_ref}/crl/partition/{set}/{partition}/pem", unauthenticated=True)
    async def read_partition_pem(self, request: Request, issuer_ref: str, set: str, partition: str) -> Response:  # noqa: A002 - a part of the path
        """Reads the short list that a certificate names, in PEM."""
        return await answered(
            request, await _partition(request.view, issuer_ref, set, partition), COMPLETE, PEM, end=b"\n"
        )


async def _stream(view: View, reference: str) -> Stream:
    issuer = await referred(view, reference)
    groups = await groups_of(view)
    return Stream(groups.of_issuer[issuer.id], groups.by_id[groups.of_issuer[issuer.id]])


async def _partition(view: View, reference: str, set_: str, partition: str) -> Stream:
    """The stream of a partition.  Raises `NotFound` if there is none."""
    stream = await _stream(view, reference)
    sets = (await config_of(view)).partition_sets
    numbers = [
        int(each) if each.isascii() and each.isdecimal() and len(each) <= 4 else -1 for each in (set_, partition)
    ]
    if not 0 <= numbers[0] < len(sets) or not 0 <= numbers[1] < sets[numbers[0]].count or sets[numbers[0]].count < 2:
        raise NotFound
    found = await stream_named(view, stream_id(stream.group.id, *numbers))
    if found is None:
        raise NotFound
    return found


async def _shown(request: Request, reference: str, kind: str) -> Response:
    found = await served(request, await _stream(request.view, reference), kind)
    if found is None:
        raise NotFound
    return Response(data={"crl": (await found.pem()).decode() + "\n"})
