"""Other systems that the method asks, as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing import Http, Reply

Answers = Callable[[bytes], bytes | int]
"""From the body of a request to that of a response, or to its status."""


class Answering(Http):
    """Answers in place of systems, by their URLs; others can't be reached."""

    def __init__(self, **by_url: Answers) -> None:
        super().__init__("the system")
        self.by_url: dict[str, Answers] = {}
        self.asked: list[str] = []

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
        if url not in self.by_url:
            raise UpstreamFailed(f"{self.name} cannot be reached")
        answer = self.by_url[url](content or b"")
        return Reply(answer, {}, b"") if isinstance(answer, int) else Reply(200, {}, answer)
