"""What is executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from strongroom.template.executing.frame import Source
from strongroom.template.executing.members import MissingKey
from strongroom.template.reading.nodes import Node


@dataclass(frozen=True, slots=True)
class Program:
    """All templates of one text.

    Attributes:
        trees: by the templates' names; that of the whole text has the text's name.
        missing_key: what a field that a map lacks is.
    """

    source: Source = field(repr=False)
    trees: Mapping[str, tuple[Node, ...]] = field(repr=False)
    missing_key: MissingKey
