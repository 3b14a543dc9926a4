"""Turns an engine's response into the client's: adds the lease, the token or the wrapping."""

from __future__ import annotations

import msgspec

from strongroom.core import access, leasing, login
from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.core.wrap import wrap
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.response import Response
from strongroom.services.mounts import MountEntry

_CLEAR = "the policies want this response wrapped, and one that is sent as it comes about can't be"
_STRANGERS = "what is answered without a token, too, can be wrapped only if it is a login's: ask without wrapping"


async def complete(attempt: Attempt, entry: MountEntry, response: Response | None) -> Answer:
    """Make the response to a request.  The attempt's transaction stores its lease, token or wrapping.

    Args:
        entry: the mount that served the request. response: the engine's response.

    Raises: `InvalidRequest` if a client without a token wants a response wrapped that isn't a login's, and for one
        that must be wrapped and can't be.
    """
    request, grant = attempt.request, attempt.exchange.grant
    if response is not None:
        is_late = response.later is not None or (response.raw is not None and response.raw.stream is not None)
        if is_late and grant is not None and grant.must_wrap:
            raise InvalidRequest(_CLEAR)  # before the transaction commits, so nothing was made
        response = await access.cut(attempt, response)
    answer = Answer(request_id=request.id, operation=request.operation, response=response)
    if response is None:
        return answer
    if response.hint_ttl_s or response.lease_id:
        answer = msgspec.structs.replace(
            answer,
            lease_duration_s=response.hint_ttl_s,
            lease_id=response.lease_id,
            renewable=response.renewable,
        )
    if response.lease is not None:
        answer = await leasing.lease(attempt, entry, response, response.lease, answer)
        if answer.planned:
            return answer  # the second transaction does the rest, after the secret was made
    if response.second_factor is not None:
        return msgspec.structs.replace(answer, second_factor=response.second_factor)
    if response.auth is not None:
        made = await login.log_in(attempt, entry, response.auth)
        response.warnings = [*made.warnings, *response.warnings]
        answer = msgspec.structs.replace(answer, auth=made.block, second_factor=made.second_factor, bearer=made.bearer)
        if made.held:
            return answer  # there is no token to wrap yet
    elif response.token is not None:
        answer = msgspec.structs.replace(answer, auth=response.token)
    if response.wrap_info is not None:
        return msgspec.structs.replace(answer, wrap=response.wrap_info)
    if request.wrap_ttl_s and response.status < 400 and _can_be_wrapped(response):
        if attempt.exchange.bearer is None and response.auth is None:
            # Anybody could otherwise fill the store with rows that stay for years.
            raise InvalidRequest(_STRANGERS)
        answer = await wrap(attempt.services, attempt.txn, attempt.exchange, answer)
    return answer


def _can_be_wrapped(response: Response) -> bool:
    """What comes later or as a stream can't, and what says nothing needn't."""
    if response.later is not None:
        return False
    return response.raw is None or (response.raw.stream is None and bool(response.raw.content))
