"""What makes two requests equal (pure)."""

from __future__ import annotations

import hashlib
from typing import Final

from strongroom.agent.serving.question import Question

LARGEST_BYTES: Final = 1024 * 1024
"""Of a body whose answer may be kept: no login is larger, and a digest of more would hold up other requests."""
_IRRELEVANT: Final = frozenset(
    {"accept-language", "b3", "dnt", "forwarded", "origin", "referer", "traceparent", "tracestate", "user-agent", "via"}
    | {"x-amzn-trace-id", "x-b3-spanid", "x-b3-traceid", "x-correlation-id", "x-request-id", "x-vault-request"}
)
"""Fields that tell of the client, or of this one request, and that no answer depends on.

All others count: a mount may be tuned to see any of them.
"""


def key_of(question: Question) -> bytes | None:
    """The digest of a request; None for one whose answer is never kept."""
    if len(question.body) > LARGEST_BYTES:
        return None
    digest = hashlib.blake2b(digest_size=32)
    relevant = sorted(item for item in question.headers.items() if item[0] not in _IRRELEVANT)
    parts = [question.method, question.path, question.query, question.token, str(len(relevant))]
    for part in (*parts, *(text for item in relevant for text in item)):
        encoded = part.encode("utf-8", "surrogateescape")
        # The length keeps apart what would be the same text with another border.
        digest.update(b"%d:%b" % (len(encoded), encoded))
    digest.update(question.body)
    return digest.digest()
