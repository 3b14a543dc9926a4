"""When a question is asked again that the server couldn't serve (pure).

Source: https://openbao.org/docs/agent-and-proxy/proxy/#retry-stanza
"""

from __future__ import annotations

from typing import Final

from strongroom.agent.serving.question import Question
from strongroom.agent.serving.server.faults import Lost, NoAnswer, NotReached

_READS: Final = frozenset({"GET", "HEAD", "LIST", "SCAN"})
_UNSERVED: Final = frozenset({412, 500, *range(502, 600)})
_OWN_ANSWERS: Final = frozenset({"sys/health", "sys/seal-status", "sys/leader", "sys/init"})
"""Paths whose status tells how the server is: a failure is the answer, and whoever asks wants to know it now."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.5


def may_repeat(question: Question, outcome: int | NoAnswer) -> bool:
    """Whether to ask again.

    What may have changed something is asked again only if the server has never seen it.

    Args:
        outcome: the status of the answer, or why there is none.
    """
    if question.place in _OWN_ANSWERS:
        return False
    match outcome:
        case NotReached():
            return True
        case Lost():
            return question.method in _READS
        case int():
            return question.method in _READS and outcome in _UNSERVED
        case _:
            return False


def pause_s(attempt: int, chance: float) -> float:
    """How long to wait before the question is asked again.

    Args:
        attempt: 0 before the second one. chance: from 0 to 1, so that many clients don't come at once.
    """
    whole: float = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
    return whole * (0.5 + chance / 2)
