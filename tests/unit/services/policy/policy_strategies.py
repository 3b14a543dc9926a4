"""Random rules and paths that meet often."""

from __future__ import annotations

import json

from hypothesis import strategies as st

_SEGMENTS = st.sampled_from(["a", "b", "ab", "abc", ""])
CAPABILITY_SETS = st.sets(
    st.sampled_from(["create", "read", "update", "patch", "delete", "list", "sudo", "scan"]), max_size=3
) | st.just({"deny"})


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """A rule's path with wildcards and a glob here and there."""
    segments = draw(st.lists(_SEGMENTS | st.just("+"), min_size=1, max_size=4))
    text = "/".join(segments).lstrip("/")
    glob = draw(st.booleans()) and not text.endswith("+")
    return text + "*" * glob


PATHS = st.lists(_SEGMENTS, min_size=1, max_size=5).map("/".join).map(lambda path: path.lstrip("/") or "a")
RULES = st.lists(st.tuples(patterns(), CAPABILITY_SETS), min_size=1, max_size=8)


def document(rules: list[tuple[str, set[str]]]) -> str:
    """The rules as a policy."""
    return "\n".join(f'path "{path}" {{ capabilities = {json.dumps(sorted(names))} }}' for path, names in rules)
