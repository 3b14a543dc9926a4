"""Policy documents of IAM (pure).

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UpstreamFailed

VERSION = "2012-10-17"
MOST_BYTES = 64 * 1024
"""Of a document.  AWS takes 6,144 characters at most, without white space."""
_TEXT_OR_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')


def compact(document: str) -> str:
    """A document without white space between its parts; all else stays as it is.

    Raises: `InvalidRequest` for what is no JSON.
    """
    if not document:
        return ""
    if len(document.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise InvalidRequest(f"the policy document is longer than {MOST_BYTES} bytes")
    json.loads(document.encode("utf-8", "surrogatepass"))
    return _TEXT_OR_SPACE.sub(lambda found: found.group(1) or "", document)


def combined(documents: Iterable[str]) -> str:
    """One document with the statements of several.  Raises `UpstreamFailed` for one that isn't a policy."""
    statements: list[Any] = []
    for document in documents:
        if not document:
            continue
        try:
            found = json.loads(document.encode())["Statement"]
        except (InvalidRequest, KeyError, TypeError) as error:
            raise UpstreamFailed("a policy of a group, or policy_document, has no statements") from error
        statements += found if isinstance(found, list) else [found]
    return json.dumps_unsorted({"Version": VERSION, "Statement": statements}).decode()


def denial_before(moment: float) -> str:
    """A policy that denies everything to sessions issued before a time, in seconds since the epoch.

    A long-lived key has no time of issue, and isn't affected.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    """
    text = datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    statement = {
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": text}},
    }
    return json.dumps_unsorted({"Version": VERSION, "Statement": [statement]}).decode()
