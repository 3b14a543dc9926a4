"""Other systems that the method asks, as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing import Http, Reply

Answers = Callable[[bytes], bytes | int | None]
"""From the body of a request to that of a response, or to its status; None: it can't be reached."""


class Answering(Http):
    """Answers in place of systems, by their URLs; others can't be reached."""

    def __init__(self, **by_url: Answers) -> None:
        super().__init__("the system")
        self.by_url: dict[str, Answers] = {}
        self.asked: list[str] = []
        self.trusted: list[str] = []
        """The authorities of each request's connection."""

    async def ask(
        self,
        verb: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        ca_pem: str = "",
    ) -> Reply:
        """Answer one request."""
        self.asked.append(url)
        self.trusted.append(ca_pem)
        answer = self.by_url[url](content or b"") if url in self.by_url else None
        if answer is None:
            raise UpstreamFailed(f"{self.name} cannot be reached")
        return Reply(answer, {}, b"") if isinstance(answer, int) else Reply(200, {}, answer)
