"""`crl/rotate`: lists made now.

Source: https://openbao.org/api-docs/secret/pki/#rotate-crls
"""

from __future__ import annotations

from strongroom.engines.pki.revocation.config import config_of
from strongroom.engines.pki.revocation.lists import rows, scheduling
from strongroom.engines.pki.revocation.lists.groups import Stream, groups_of, streams_of
from strongroom.engines.pki.revocation.lists.making import is_small, make
from strongroom.engines.pki.revocation.lists.serving import SMALL_ENTRIES, SMALL_NEW
from strongroom.sdk import Request, Response, View, path

_MOST_AT_ONCE = 32
"""Lists that the request waits for; those of more issuers are made soon after."""


class CrlRotationPaths:
    """`crl/rotate`, `crl/rotate-delta`"""

    @path.read("crl/rotate", computes=False)
    async def rotate_crls(self, request: Request) -> Response:
        """Makes all lists again. Short ones are there with the answer, long ones soon after."""
        later = await _rotate(request, (rows.COMPLETE,))
        return Response(data={"success": True}, warnings=_told(later))

    @path.read("crl/rotate-delta", computes=False)
    async def rotate_deltas(self, request: Request) -> Response:
        """Makes all delta lists again."""
        if not (await config_of(request.view)).enable_delta:
            text = "requested rebuild of delta CRL when delta CRL is not enabled; this is a no-op"
            return Response(data={"success": True}, warnings=[text])
        later = await _rotate(request, (rows.DELTA,))
        return Response(data={"success": True}, warnings=_told(later))


def _told(later: int) -> list[str]:
    return [f"{later} long lists are being made beside the request, and will be there soon"] if later else []


async def _rotate(request: Request, kinds: tuple[str, ...]) -> int:
    """Make lists.  Returns how many are left to scheduled work."""
    view, later = request.view, 0
    now: list[Stream] = []
    has_delta = (await config_of(view)).enable_delta
    for group in (await groups_of(view)).by_id.values():
        for stream in await streams_of(view, group):
            if group.signing is None or (stream.set_ >= 0 and kinds == (rows.DELTA,)):
                continue
            if len(now) < _MOST_AT_ONCE and await is_small(view, stream.id, SMALL_ENTRIES, SMALL_NEW):
                now.append(stream)
                continue
            later += 1
            if kinds == (rows.COMPLETE,):
                rows.want_whole(view, stream.id)
            await scheduling.want(view, request.mount.id, stream.id, request.now)
    request.once.outside("rotated", lambda: _made(view, request.mount.id, now, kinds, request.now, has_delta=has_delta))
    return later


async def _made(
    view: View, mount: str, streams: list[Stream], kinds: tuple[str, ...], now: float, *, has_delta: bool
) -> bool:
    for stream in streams:
        both = has_delta and stream.set_ < 0 and kinds == (rows.COMPLETE,)
        await make(view, mount, stream.id, now, forced=(*kinds, rows.DELTA) if both else kinds)
        await view.apart(lambda apart, id_=stream.id: scheduling.want(apart, mount, id_, now + 1))  # type: ignore[misc]
    return True
