"""What the API server's answers mean (p).

Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.auth.kubernetes.logic import ServiceAccount
from strongroom.lib import limits
from strongroom.lib.errors import PermissionDenied, UpstreamFailed

KUBERNETES = "Kubernetes"
REVIEWER_REFUSED = "Kubernetes refused this server's reviewer token, not yours"
ANNOTATION_PREFIX = "vault.hashicorp.com/alias-metadata-"
_USER = ("system", "serviceaccount")
_DENIED = "permission denied"
_SHOWN = 256


def check_status(status: int, *, own_bearer: bool, what: str) -> None:
    """Raise unless the API server has answered the question.

    Args:
        own_bearer: whether it was asked with this server's reviewer token, and not with the token that logs in.
        what: was asked for; for the log.

    Raises: `UpstreamFailed`, or `PermissionDenied` where the token that logs in is refused.
    """
    if 200 <= status <= 206:
        return
    detail = f"status {status} for {what}"
    if status in {401, 403}:
        if own_bearer:
            raise UpstreamFailed(REVIEWER_REFUSED, detail=detail)
        cause = "the cluster doesn't accept the token"
        if status == 403:
            cause = "the token may not review tokens, its own included, and no token_reviewer_jwt is configured"
        text = f"{_DENIED}: {cause}"
        raise PermissionDenied(text, detail=f"{detail}, asked with the token that logs in")
    raise UpstreamFailed(f"{KUBERNETES} refused the request", detail=detail)


def reviewed(answer: Any, audiences: tuple[str, ...]) -> ServiceAccount:
    """The service account that a TokenReview vouches for.

    Args:
        audiences: those asked for.  A cluster that doesn't know audiences names none in its answer.

    Raises: `PermissionDenied` if it vouches for none; `UpstreamFailed` for what is no TokenReview.
    """
    review = mapping(answer)
    if review.get("kind", "TokenReview") != "TokenReview":
        raise UpstreamFailed(f"{KUBERNETES} gave no usable answer", detail="no TokenReview")
    status = mapping(review.get("status"))
    if status.get("error") or status.get("authenticated") is not True:
        text = f"{_DENIED}: the cluster doesn't accept the token"
        raise PermissionDenied(text, detail=f"the cluster doesn't accept the token{_reason(status.get('error'))}")
    granted = status.get("audiences")
    if audiences and not set(audiences) & {each for each in _list(granted) if isinstance(each, str)}:
        asked = ", ".join(audiences)[:_SHOWN]
        text = f"{_DENIED}: the cluster doesn't accept the token for its audience"
        raise PermissionDenied(text, detail=f"the cluster doesn't accept the token for these audiences: {asked}")
    user = mapping(status.get("user"))
    username, uid = user.get("username"), user.get("uid")
    parts = username.split(":") if isinstance(username, str) else []
    if len(parts) != 4 or tuple(parts[:2]) != _USER or not isinstance(uid, str):
        raise PermissionDenied(_DENIED, detail="the token is not of a service account")
    return ServiceAccount(namespace=parts[2], name=parts[3], uid=uid)


def labels(answer: Any) -> dict[str, str]:
    """The labels of an object."""
    return _texts(mapping(mapping(answer).get("metadata") or {}).get("labels"))


def alias_metadata(answer: Any, uid: str) -> dict[str, str]:
    """The metadata that a service account's annotations hold.

    Raises: `PermissionDenied` if it is another account of the same name by now; `InvalidRequest` for too much of it.
    """
    metadata = mapping(mapping(answer).get("metadata"))
    if metadata.get("uid") != uid:
        raise PermissionDenied(_DENIED, detail="the service account has been made anew")
    found = {
        name.removeprefix(ANNOTATION_PREFIX): value
        for name, value in _texts(metadata.get("annotations")).items()
        if name.startswith(ANNOTATION_PREFIX) and name != ANNOTATION_PREFIX
    }
    limits.check_map("the service account's annotations", found)
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object of an answer.  Raises `UpstreamFailed` for anything else."""
    if not isinstance(value, dict):
        raise UpstreamFailed(f"{KUBERNETES} gave no usable answer", detail="not an object")
    return value


def _reason(error: Any) -> str:
    """What the cluster says of a token: that it has expired, that its pod is gone."""
    return f": {error[:_SHOWN]}" if isinstance(error, str) and error.isprintable() and error else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> dict[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
