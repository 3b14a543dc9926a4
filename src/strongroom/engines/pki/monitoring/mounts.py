"""What one mount tells: how its lists are, and how many certificates it has.

From as many rows as there are lists, whatever stands on them: scrapes are frequent.
"""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki.issuers.records import ISSUING
from strongroom.engines.pki.revocation.lists import rows
from strongroom.engines.pki.revocation.lists.groups import Group, groups_of
from strongroom.engines.pki.tidy import rows as tidy_rows
from strongroom.engines.pki.tidy.records import INACTIVE
from strongroom.sdk import Number, View

_MOST_LISTS: Final = 100
_MOST_WAITING: Final = 1000


async def numbers(view: View) -> tuple[Number, ...]:
    """The numbers of a mount."""
    groups = list((await groups_of(view)).by_id.values())[:_MOST_LISTS]
    return (*_of_issuers(groups), *await _of_lists(view, groups), *await _of_certificates(view))


def _of_issuers(groups: list[Group]) -> list[Number]:
    """When the first one that issues ends: what it issues ends earlier and earlier, long before that."""
    ends = [each.not_after for group in groups for each in group.issuers if each.key_id and ISSUING in each.usage]
    text = "When the first of its issuers that issue ends, in seconds since the epoch."
    return [Number("pki.issuer_not_after_seconds", min(ends), text)] if ends else []


async def _of_lists(view: View, every: list[Group]) -> list[Number]:
    """How the lists of everything are; partitions are made with them."""
    groups = [group for group in every if group.signing is not None]
    signed = [found for group in groups if (found := await rows.signed_of(view, group.id, rows.COMPLETE)) is not None]
    if not signed:
        return []
    waiting = 0
    for group in groups:
        waiting += len(await view.list(rows.new_folder(group.id), limit=_MOST_WAITING - waiting + 1))
        if waiting >= _MOST_WAITING:
            break
    return [
        Number(
            "pki.crl_next_update_seconds",
            min(each.next_update for each in signed),
            "When the first of its complete lists ends, in seconds since the epoch.",
        ),
        Number("pki.crl_entries", sum(each.entries for each in signed), "Certificates on its complete lists."),
        Number(
            "pki.crl_waiting", min(waiting, _MOST_WAITING), "Revoked certificates that aren't gathered for lists yet."
        ),
    ]


async def _of_certificates(view: View) -> list[Number]:
    """What tidying has counted last, if the mount is set to publish it."""
    settings, run = await tidy_rows.config_of(view), await tidy_rows.run_of(view)
    if not settings.publish_counts or run.state == INACTIVE:
        return []
    counts = run.counts
    stored, revoked = (
        counts.kept_within_buffer + counts.kept_not_expired,
        counts.revoked_within_buffer + counts.revoked_not_expired,
    )
    return [
        Number("pki.certificates_stored", stored, "Certificates that the last run of tidying has left."),
        Number("pki.revoked_certificates_stored", revoked, "Revoked certificates that it has left."),
    ]
