"""Cases of the wire: reading them, sending them, and telling where two answers differ.

A case file holds one request a line::

    METHOD path [JSON] [@token] [wrap=60s] [ns=team/] [raw:text] [until=404] [cert=name] [Header:value …]
        [=> name=.json.path …]

`${name}` in a path, body or header stands for what an earlier `=>` kept of the same server's answer; `@name` sends a
kept value as the token, `@-` sends none, and without either the root token of a dev server goes.  `raw:` is a body sent
as it stands.  `~` before the method runs the line without comparing it; with `until=404` it is sent again, to each
server, until that is its status, for what a server does in the background.  `cert=name` shows a client certificate to
servers that are asked by TLS.  `#` begins a comment, `##` a section.

Answers agree when their status and body do, once what is rightly different is replaced: identifiers, tokens, clocks.
"""

from __future__ import annotations

import http.client
import json
import math
import re
import shlex
import ssl
import string
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

from tests.conformance.wire import der_answers, ssh_lines

ROOT_TOKEN = "root"
_PAUSE_S = 0.05
_READS = frozenset({"GET", "LIST", "SCAN"})
SHELTERED = string.punctuation
"""What a path keeps as the case spells it; all else that isn't alphanumeric is percent-encoded, as a client would."""

Kind = Literal["status", "body", "wording"]


class UnreadableCase(ValueError):
    """A line of a case file that isn't one."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request, as a case file has it."""

    file: str
    line: int
    section: str
    method: str
    path: str
    body: str | None
    token: str | None
    """Name of a kept token; empty for none, None for the root token."""
    headers: Mapping[str, str]
    keeps: Mapping[str, tuple[str, ...]]
    compared: bool
    until: int = 0
    """The status that it is sent again for; 0 to send it once."""
    certificate: str = ""
    """Name of the client certificate to show; empty for none."""

    @property
    def request(self) -> str:
        """The request's line, which `allowed.toml` names it by."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; `status` 0 when it broke the connection instead."""

    status: int
    content_type: str
    location: str
    body: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two answers to a case disagree."""

    case: Case
    kind: Kind
    at: str
    ours: Any
    peer: Any

    def __str__(self) -> str:
        here = f"{self.case.file}:{self.case.line}: {self.case.request} [{self.case.section}]"
        return f"{here}\n    {self.at}: ours {_short(self.ours)} | peer {_short(self.peer)}"


def parse(file: str, text: str) -> list[Case]:
    """The cases of a file, in order.  Raises `UnreadableCase`, naming the line."""
    cases: list[Case] = []
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("##"):
            section = line.strip("# ")
        elif line.strip() and not line.startswith("#"):
            cases.append(_case(file, number, section, line.strip()))
    return cases


def _case(file: str, number: int, section: str, line: str) -> Case:
    request, _, kept = line.partition(" => ")
    method, _, rest = request.lstrip("~").partition(" ")
    path, _, rest = rest.strip().partition(" ")
    rest = rest.strip()
    body: str | None = None
    token: str | None = None
    headers: dict[str, str] = {}
    until, certificate = 0, ""
    try:
        if rest.startswith(("{", "[")):
            parsed, end = json.JSONDecoder().raw_decode(rest)
            body, rest = json.dumps(parsed), rest[end:]
        for word in shlex.split(rest):
            name, colon, value = word.partition(":")
            if word.startswith("@"):
                token = "" if word == "@-" else word[1:]
            elif word.startswith("wrap="):
                headers["X-Vault-Wrap-TTL"] = word.removeprefix("wrap=")
            elif word.startswith("ns="):
                headers["X-Vault-Namespace"] = word.removeprefix("ns=")
            elif word.startswith("until="):
                until = int(word.removeprefix("until="))
            elif word.startswith("cert="):
                certificate = word.removeprefix("cert=")
            elif colon and name == "raw":
                body = value
            elif colon:
                headers[name] = value
            else:
                raise UnreadableCase(f"{file}:{number}: what is {word!r}?")
        pairs = (keep.partition("=") for keep in kept.split())
        keeps = {name: tuple(where.strip(".").split(".")) for name, _, where in pairs}
    except (ValueError, json.JSONDecodeError) as error:
        raise UnreadableCase(f"{file}:{number}: {error}") from error
    return Case(
        file=file,
        line=number,
        section=section,
        method=method,
        path=path,
        body=body,
        token=token,
        headers=MappingProxyType(headers),
        keeps=MappingProxyType(keeps),
        compared=not line.startswith("~"),
        until=until,
        certificate=certificate,
    )


@dataclass(slots=True)
class Side:
    """One of the two servers, and what was kept of its answers.

    Args:
        address: host and port.
        timeout_s: how long an answer may take, in seconds.
        contexts: for a server that is asked by TLS: by the name of the client certificate, and for none by "".
        again: how often a read is asked again.  The last answer counts, so it may be one that the server has kept.
    """

    address: str
    timeout_s: float = 30.0
    kept: dict[str, str] = field(default_factory=dict)
    contexts: Mapping[str, ssl.SSLContext] = field(default_factory=dict)
    again: int = 0

    def send(self, case: Case) -> Answer:
        """Send one case and keep what it says to keep."""
        headers = {"Content-Type": "application/json"}
        if case.token is None:
            headers["X-Vault-Token"] = ROOT_TOKEN
        elif case.token:
            headers["X-Vault-Token"] = self.kept.get(case.token, f"missing-{case.token}")
        headers |= {name: self._fill(value) for name, value in case.headers.items()}
        target = "/v1/" + urllib.parse.quote(self._fill(case.path), safe=SHELTERED)
        body = None if case.body is None else self.filled_body(case.body)
        context = self.contexts[case.certificate] if self.contexts else None
        exchange = partial(self._exchange, case.method, target.partition("#")[0], headers, body, context)
        answer = exchange()
        for _ in range(self.again if case.method in _READS and not case.until else 0):
            answer = exchange()
        deadline = time.monotonic() + self.timeout_s
        while case.until and answer.status != case.until and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
            answer = exchange()
        for name, where in case.keeps.items():
            self.kept[name] = str(_at(answer.body, where))
        return answer

    def filled_body(self, text: str) -> bytes:
        """A body with what was kept, line breaks of which (as in PEM) are written as JSON's texts hold them."""
        return self._fill(text).replace("\n", "\\n").encode()

    def _exchange(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None, context: ssl.SSLContext | None
    ) -> Answer:
        if context is None:
            connection = http.client.HTTPConnection(self.address, timeout=self.timeout_s)
        else:
            connection = http.client.HTTPSConnection(self.address, timeout=self.timeout_s, context=context)
        try:
            connection.request(method, target, body, {k: v.encode() for k, v in headers.items()})
            response = connection.getresponse()
            raw = response.read()
        except (http.client.HTTPException, OSError) as error:
            return Answer(0, "", "", f"no answer: {type(error).__name__}")
        finally:
            connection.close()
        decoded: Any = der_answers.described(response.getheader("Content-Type", ""), raw)
        try:
            decoded = decoded or (json.loads(raw) if raw else None)
        except ValueError:
            decoded = raw.decode("utf-8", "replace")
        content_type, location = response.getheader("Content-Type", ""), response.getheader("Location", "")
        return Answer(response.status, content_type or "", location or "", decoded)

    def _fill(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda found: self.kept.get(found[1], f"missing-{found[1]}"), text)


def _at(body: Any, where: tuple[str, ...]) -> Any:
    for step in where:
        try:
            body = body[int(step)] if isinstance(body, list) else body[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return body


_LONG_TEXT = 90
"""The least length, in letters, of what signatures of varying length are written in."""


def _sealed(found: re.Match[str]) -> str:
    """A ciphertext, signature or code of a key: its version, and the length of what doesn't vary by itself."""
    length = len(found[2])
    return f"<sealed v{found[1]} {length if length < _LONG_TEXT else 'long'}>"


STAND_INS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), stand_in)
    for pattern, stand_in in (
        (r"\bvault:v(\d+):([A-Za-z0-9+/_-]+={0,2})", _sealed),
        (ssh_lines.LINE, ssh_lines.stand_in),
        (r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----\n?", r"<pem \1>"),
        (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>"),
        (r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){15,}\b", "<serial>"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "<time>"),
        (r"\b(?:hv)?[sbr]\.[A-Za-z0-9_-]{20,}", "<token>"),
        (r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", "<jwt>"),
        (r"\bhvo_secret_[A-Za-z0-9]{64}\b", "<secret>"),
        (r"hmac-sha256:[0-9a-f]{64}", "<hmac>"),
        (r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){7,}\b", "<serial>"),
        (r"_[0-9a-f]{8}\b", "_<accessor>"),
        (r"\bvault-cluster-[0-9a-f]{8}\b", "<cluster>"),
        (r"127\.0\.0\.1:\d+", "<address>"),
        (r"(?<=-)1\d{9}(?=-)", "<now>"),
        (r"\b[0-9a-f]{32,}\b", "<hex>"),
        # Where a text names the product or its command line, each says its own name.
        (r"\b(?:OpenBao|Strongroom)\b", "<product>"),
        (r"'(?:bao|strongroom) (?=[a-z])", "'<program> "),
        (r"^[A-Za-z0-9+/]{24,}={0,2}$|^[A-Za-z0-9+/]{22}==$", "<random>"),
        (r"\b[A-Za-z0-9]{22,}\b", "<random>"),
        # What is made outside the root namespace ends in its namespace's id.
        (r"(<token>|<random>)\.[A-Za-z0-9]{6}\b", r"\1.<namespace>"),
        (r"<uuid>\.[A-Za-z0-9]{6}\b", "<uuid>"),
    )
)
_SSH_SERIAL = re.compile(r"[0-9a-f]{8,16}")
_NAMESPACE = re.compile(r"[A-Za-z0-9]{6}")
_NAMESPACE_KEYS = frozenset({"id", "namespace_id"})
CEILING = re.compile(r'(?<=effective max_ttl of ")(\d+h)?(\d+m)?(\d+s)?(?=")')
"""What a token may still live on, in the text of a warning."""
_INSTANT = 1e8
"""A number of seconds from which on it is a point in time, also as the value of a key's version."""
CLOCKS = re.compile(r"ttl|duration|time|expir|issue|_at$|clock|^not_before$", re.IGNORECASE)
OWN_AFFAIRS = frozenset(
    {"request_id", "version", "build_date", "commit_date", "plugin_version", "running_plugin_version", "encryptions"}
)
"""Fields that name the product or count its own work.  Dropped where they hold what a product says of itself; a
`version` that is a number belongs to a secret or a policy, and stays."""


def normal(value: Any, key: str = "") -> Any:
    """A body with everything replaced that two correct servers need not share."""
    match value:
        case dict():
            kept = {k: v for k, v in value.items() if not (k in OWN_AFFAIRS and not _counts_versions(k, v))}
            return {normal(k): normal(v, k) for k, v in sorted(kept.items())}
        case list():
            return [normal(item, key) for item in value]
        case str() if key in _NAMESPACE_KEYS and _NAMESPACE.fullmatch(value):
            return "<namespace>"
        case str() if key == "serial_number" and _SSH_SERIAL.fullmatch(value):
            return "<serial>"
        case str():
            value = der_answers.without_pem(value)
            for pattern, stand_in in STAND_INS:
                value = pattern.sub(stand_in, value)
            return CEILING.sub(_rounded, value)
        case bool() | None:
            return value
        case int() | float() if CLOCKS.search(key) or (key.isdigit() and value > _INSTANT):
            return "<instant>" if value > _INSTANT else remaining_s(value)
        case _:
            return value


def _rounded(found: re.Match[str]) -> str:
    hours, minutes, seconds = (int((part or "0x")[:-1]) for part in found.groups())
    return f"{remaining_s(hours * 3600 + minutes * 60 + seconds)}s"


def remaining_s(seconds: float) -> int:
    """What was left of a time before a few seconds passed, or up to a minute of a long one: 1h59m1s of 2h is 2h.

    On a busy machine one server is asked a good while after it was told, the other at once.
    """
    if seconds < 5:
        return 0  # what is rounded up to a second by one and not by the other
    step = 60 if seconds > 600 else 10
    return math.ceil(seconds / step) * step


def _counts_versions(key: str, value: Any) -> bool:
    return key == "version" and isinstance(value, int)


def differences(case: Case, ours: Answer, peer: Answer) -> Iterator[Difference]:
    """Where two answers to `case` disagree; nothing when they agree."""
    if ours.status != peer.status:
        yield Difference(case, "status", "status", _outcome(ours), _outcome(peer))
        return
    if ours.status == 0:
        yield Difference(case, "status", "status", ours.body, peer.body)
        return
    if ours.location != peer.location:
        yield Difference(case, "body", "location", ours.location, peer.location)
    if 300 <= ours.status < 400:
        # What a redirect shows to a human is nobody's contract.
        return
    if ours.content_type != peer.content_type:
        yield Difference(case, "body", "content_type", ours.content_type, peer.content_type)
    failed = ours.status >= 400
    for at, a, b in _walk(normal(ours.body), normal(peer.body), ""):
        worded = (failed and at.startswith(".errors[")) or (_ITEM_ERROR.fullmatch(at) and a != MISSING and b != MISSING)
        yield Difference(case, "wording" if worded else "body", at or ".", a, b)


def _outcome(answer: Answer) -> str:
    return f"{answer.status} {_short(answer.body)}" if answer.status >= 400 or not answer.status else str(answer.status)


MISSING = "(absent)"
_ITEM_ERROR = re.compile(r"\.data\.batch_results\[\d+\]\.error")
"""Where an item of a batch says what was wrong with it."""


def _walk(ours: Any, peer: Any, at: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(peer, dict):
        for key in sorted(ours.keys() | peer.keys()):
            yield from _walk(ours.get(key, MISSING), peer.get(key, MISSING), f"{at}.{key}")
    elif isinstance(ours, list) and isinstance(peer, list) and len(ours) == len(peer):
        for index, (a, b) in enumerate(zip(ours, peer, strict=True)):
            yield from _walk(a, b, f"{at}[{index}]")
    elif ours != peer or type(ours) is not type(peer):
        yield at, ours, peer


def _short(value: Any, width: int = 160) -> str:
    text = value if isinstance(value, str) and value == MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else text[: width - 1] + "…"


def run(cases: list[Case], ours: Side, peer: Side) -> list[Difference]:
    """Send every case to both sides, in order and in step, and collect the differences of those that are compared."""
    found: list[Difference] = []
    for case in cases:
        second = time.time() % 1
        if second > 0.95:
            # Both sides are asked within the same second, so that whole seconds in answers agree.
            time.sleep(1 - second)
        answers = ours.send(case), peer.send(case)
        if case.compared:
            found.extend(differences(case, *answers))
    return found
