"""The error texts that the page about trouble explains are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_headings_are_texts_of_the_program() -> None:
    """Each part of each heading, between the parts that differ, stands in a text somewhere in the sources."""
    sources = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    # Texts that span source lines are put together, and quotes lose their escapes.
    joined = re.sub(r'"\s*\n\s*f?"', "", sources).replace("\\'", "'").replace('\\"', '"')
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    texts = [text for heading in re.findall(r"^### (.*)$", page, re.M) for text in re.findall(r"`([^`]+)`", heading)]
    assert len(texts) > 25
    missing = [part for text in texts for part in text.split("…") if part.strip() not in joined]
    assert missing == []
