"""Which names, labels and annotations the API takes (p).

What it would refuse is refused before it is asked: half of the objects may exist by then.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/,
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_NAME_PART = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_SUBDOMAIN_CHARACTERS = 253
_LABEL_CHARACTERS = 63


def is_object_name(text: str) -> bool:
    """Whether a service account may be called so (RFC 1123's subdomain)."""
    return len(text) <= _SUBDOMAIN_CHARACTERS and _SUBDOMAIN.fullmatch(text) is not None


def is_namespace(text: str) -> bool:
    """Whether a namespace may be called so (RFC 1123's label)."""
    return len(text) <= _LABEL_CHARACTERS and _LABEL.fullmatch(text) is not None


def is_role_name(text: str) -> bool:
    """Whether a role may be called so: anything that can be a segment of a path, such as `system:view`."""
    return (
        0 < len(text) <= _SUBDOMAIN_CHARACTERS
        and text not in {".", ".."}
        and not set("/%") & set(text)
        and text.isprintable()
    )


def check_labels(field: str, labels: Mapping[str, str]) -> None:
    """Raise `InvalidRequest` for a label that the API would refuse."""
    check_annotations(field, labels)
    for name, value in labels.items():
        if value and (len(value) > _LABEL_CHARACTERS or _NAME_PART.fullmatch(value) is None):
            raise InvalidRequest(f'{field}: the value of "{name[:_LABEL_CHARACTERS]}" can\'t be one of a label')


def check_annotations(field: str, annotations: Mapping[str, str]) -> None:
    """Raise `InvalidRequest` for a name of an annotation that the API would refuse."""
    limits.check_map(field, annotations)
    for name in annotations:
        if not is_qualified_name(name):
            raise InvalidRequest(f'{field}: "{name[:_LABEL_CHARACTERS]}" is no name of a label or an annotation')


def is_qualified_name(text: str) -> bool:
    """Whether a label may have this name: a name, or a domain, a slash and a name."""
    domain, slash, name = text.rpartition("/")
    if slash and not is_object_name(domain):
        return False
    return len(name) <= _LABEL_CHARACTERS and _NAME_PART.fullmatch(name) is not None
