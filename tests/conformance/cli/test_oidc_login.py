"""`login -method=oidc` with a real provider and a scripted browser: our program and the peer's, on either server."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.client import IncompleteRead
from pathlib import Path

import pytest

from tests.conformance.cli.provider import Provider, fetch
from tests.conformance.program import OURS, PEER, forked
from tests.conformance.servers import start_ours, start_peer
from tests.ports import free_port

_LINK = re.compile(r"http\S+/authorize\?\S+")
BOTH = pytest.mark.parametrize("program", [OURS, PEER], ids=["ours", "peer"])


@pytest.fixture(scope="module", params=["ours", "peer"])
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A server as the provider and with an auth method that uses it: this project's, and the reference server."""
    start = {"ours": start_ours, "peer": start_peer}[request.param]
    with start(tmp_path_factory.mktemp("provider")) as server:
        provider = Provider(server.url)
        provider.set_up()
        yield provider


class Login:
    """A login that is under way, and what it has said so far."""

    def __init__(self, program: Path, provider: Provider, home: Path, *words: str, flags: tuple[str, ...] = ()) -> None:
        self.home = home
        self.said = ""
        self._news = threading.Condition()
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "BAO_ADDR": provider.url}
        environment["BROWSER"] = f"{sys.executable} {home}/browser %s"
        self.program = subprocess.Popen(
            [forked(program), "login", "-method=oidc", *flags, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.program.stderr is not None
        with self.program.stderr as stream:
            for line in stream:
                with self._news:
                    self.said += line
                    self._news.notify()
        with self._news:
            self.said += "\0"
            self._news.notify()

    def wait_for(self, text: str) -> None:
        """Wait until it says this, or has ended."""
        with self._news:
            assert self._news.wait_for(lambda: text in self.said or self.said.endswith("\0"), 60), self.said
        assert text in self.said, self.said

    def link(self) -> str:
        """The link, once the login waits."""
        self.wait_for("Waiting for OIDC authentication to complete...")
        found = _LINK.search(self.said)
        assert found is not None
        return found[0]

    def end(self) -> tuple[int, str, str]:
        """The exit code, standard output, standard error."""
        assert self.program.stdout is not None
        with self.program.stdout as stream:
            out = stream.read()
        code = self.program.wait(60)
        self._listener.join(60)
        return code, out, self.said.rstrip("\0")


@BOTH
def test_a_login_in_a_browser_keeps_the_token(program: Path, provider: Provider, tmp_path: Path) -> None:
    """The browser comes back to the listener, sees that it went well, and the token is that of the role."""
    login = Login(program, provider, tmp_path, "skip_browser=true", "role=client", f"port={free_port()}")
    # The peer ends without waiting until the browser has its page.
    with contextlib.suppress(IncompleteRead) if program == PEER else contextlib.nullcontext():
        assert fetch(provider.way_back(login.link()))[0] == 200
    code, out, said = login.end()
    assert code == 0, said
    assert re.search(r"token_meta_role +client", out)
    token = (tmp_path / ".vault-token").read_text()
    assert fetch(f"{provider.url}/v1/auth/token/lookup-self", token=token)[0] == 200


@BOTH
def test_the_server_takes_the_answer_in_direct_mode(program: Path, provider: Provider, tmp_path: Path) -> None:
    """The provider sends the browser to the server, the person confirms, and the program learns it by polling."""
    login = Login(program, provider, tmp_path, "skip_browser=true", "role=direct", "callbackmode=direct")
    back = provider.way_back(login.link())
    assert back.startswith(f"{provider.url}/v1/auth/oidc/oidc/callback?")
    provider.confirm(back)
    code, out, said = login.end()
    assert code == 0, said
    assert re.search(r"token_meta_role +direct", out)


REFUSED = [
    (("role=nosuch",), 'role "nosuch" could not be found'),
    (("role=direct",), "state returned in client callback mode, try"),
    (("role=client", "callbackmode=direct"), "no state returned in direct callback mode"),
    (("listenaddress=203.0.113.1",), "listen tcp 203.0.113.1:8250: bind: cannot assign requested address"),
    (("callbackhost=elsewhere.example", "callbackmethod=https"), "https://elsewhere.example:8250/oidc/callback"),
    (("skip_browser=maybe",), 'failed to parse value for "skip_browser", err=strconv.ParseBool: parsing "maybe"'),
]


@BOTH
@pytest.mark.parametrize(("words", "text"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_what_cannot_work_is_refused(
    program: Path, provider: Provider, tmp_path: Path, words: tuple[str, ...], text: str
) -> None:
    """The exit code is the peer's, and so is the beginning of what is said; no token is kept."""
    given = words if any(word.startswith("skip_browser") for word in words) else ("skip_browser=true", *words)
    code, out, said = Login(program, provider, tmp_path, *given).end()
    assert (code, out) == (2, "")
    assert said.startswith("Error authenticating: ")
    assert text in said
    assert not (tmp_path / ".vault-token").exists()


@BOTH
def test_an_interruption_ends_the_wait(program: Path, provider: Provider, tmp_path: Path) -> None:
    """Ctrl-C while the person is in the browser ends the login with the peer's words and exit code."""
    login = Login(program, provider, tmp_path, "skip_browser=true", f"port={free_port()}")
    login.link()
    login.program.send_signal(signal.SIGINT)
    code, out, said = login.end()
    assert (code, out) == (2, "")
    assert said.endswith("Error authenticating: interrupted\n")


def test_an_interruption_ends_the_polling(provider: Provider, tmp_path: Path) -> None:
    """Ctrl-C ends a login that waits for the server just as well."""
    login = Login(OURS, provider, tmp_path, "skip_browser=true", "role=direct", "callbackmode=direct")
    login.link()
    login.program.send_signal(signal.SIGINT)
    code, _, said = login.end()
    assert code == 2
    assert said.endswith("Error authenticating: interrupted\n")


def test_the_callback_of_another_login_changes_nothing(provider: Provider, tmp_path: Path) -> None:
    """A request to the listener without this login's state is turned away, and the login goes on."""
    login = Login(OURS, provider, tmp_path, "skip_browser=true", "port=0")
    back = provider.way_back(login.link())
    listener = back.partition("?")[0]
    for strange in (f"{listener}?code=x&state=y", f"{listener}?error=access_denied", listener):
        assert fetch(strange)[0] == 400
    assert fetch(listener.replace("callback", "other"))[0] == 404
    assert fetch(back)[0] == 200
    code, _, said = login.end()
    assert code == 0, said


def test_a_refusal_of_the_provider_is_said(provider: Provider, tmp_path: Path) -> None:
    """What the provider says of its refusal stands in the browser, as text, and at the terminal."""
    login = Login(OURS, provider, tmp_path, "skip_browser=true", "port=0")
    back, _, query = provider.way_back(login.link()).partition("?")
    state = query.rpartition("state=")[2]
    refusal = f"{back}?error=access_denied&error_description=%3Cb%3Eno&state={state}"
    assert "access_denied: &lt;b&gt;no" in fetch(refusal)[1]
    code, out, said = login.end()
    assert (code, out) == (2, "")
    assert said.endswith("Error authenticating: the provider refused: access_denied: <b>no\n")


def test_the_browser_is_opened_with_the_link(provider: Provider, tmp_path: Path) -> None:
    """Without skip_browser, the person's browser gets the link, and its chatter isn't mixed with the token."""
    script = "import sys\nopen(sys.path[0] + '/opened', 'w').write(sys.argv[1])\nprint('chatter')\n"
    (tmp_path / "browser").write_text(script)
    login = Login(OURS, provider, tmp_path, "port=0", flags=("-token-only",))
    link = login.link()
    assert (tmp_path / "opened").read_text() == link
    fetch(provider.way_back(link))
    code, out, said = login.end()
    assert code == 0, said
    assert re.fullmatch(r"(hv)?s\.[\w-]+", out)


def test_a_browser_that_cannot_be_opened_ends_it_if_asked(provider: Provider, tmp_path: Path) -> None:
    """abort_on_error makes an error of it; otherwise the person is told to follow the link."""
    (tmp_path / "browser").write_text("raise SystemExit(1)\n")
    code, _, said = Login(OURS, provider, tmp_path, "port=0", "abort_on_error=true").end()
    assert code == 2
    assert "failed to launch the browser" in said
    login = Login(OURS, provider, tmp_path, "port=0")
    fetch(provider.way_back(login.link()))
    assert "Please visit the link yourself." in login.said
    assert login.end()[0] == 0


def test_a_wrapped_login_unwraps_its_token_only(provider: Provider, tmp_path: Path) -> None:
    """-wrap-ttl counts for the token and not for the link, and the token is shown unwrapped as by other methods."""
    login = Login(OURS, provider, tmp_path, "skip_browser=true", "port=0", flags=("-wrap-ttl=60s", "-field=token"))
    fetch(provider.way_back(login.link()))
    code, out, said = login.end()
    assert code == 0, said
    assert fetch(f"{provider.url}/v1/auth/token/lookup-self", token=out)[0] == 200
