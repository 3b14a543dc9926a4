"""Label selectors for namespaces (p).

Only `matchLabels` counts, as documented.  A selector that says nothing would let every namespace in, so it is refused;
so is a name that isn't known, because a slip in `matchLabels` would be such a selector.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements
"""

from __future__ import annotations

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.kubernetes import document

FIELD = "bound_service_account_namespace_selector"
MOST_BYTES = 16 * 1024
_LABELS = "matchLabels"


def labels_of(text: str) -> dict[str, str]:
    """The labels that a selector in JSON or YAML demands; none for an empty text.  Raises `InvalidRequest`."""
    if not text.strip():
        return {}
    selector = document(text, FIELD, MOST_BYTES)
    if not isinstance(selector, dict):
        raise InvalidRequest(f'invalid "{FIELD}" configured: it is no object')
    if unknown := sorted(str(name) for name in selector if name != _LABELS):
        raise InvalidRequest(f'invalid "{FIELD}" configured: only {_LABELS} is supported, not {unknown[0][:64]}')
    labels = selector.get(_LABELS)
    if not isinstance(labels, dict) or not labels:
        raise InvalidRequest(
            f'invalid "{FIELD}" configured: {_LABELS} has no labels, so it would match every namespace'
        )
    if not all(isinstance(name, str) and name and isinstance(value, str) for name, value in labels.items()):
        raise InvalidRequest(f'invalid "{FIELD}" configured: labels and their values are texts')
    limits.check_map(FIELD, labels)
    return labels
