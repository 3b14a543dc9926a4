"""Logging in at the provider's page.

Source: https://developer.hashicorp.com/vault/api-docs/auth/jwt#oidc-authorization-url-request
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

import msgspec
import structlog

from strongroom.auth.jwt import flow, identity, pages, redirects, roles, states
from strongroom.auth.jwt.flow import Flow, Outcome
from strongroom.auth.jwt.id_tokens import Wanted
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.paths_config import configuration
from strongroom.auth.jwt.paths_login import check_address, chosen_role, digest_of
from strongroom.auth.jwt.paths_roles import role_of
from strongroom.auth.jwt.providers import Asked, Providers
from strongroom.auth.jwt.records import Config, Granted, PendingLogin, Role
from strongroom.auth.jwt.settings import FORM_POST, ID_TOKEN
from strongroom.lib.errors import InvalidRequest, PermissionDenied, RateLimited, StrongroomError
from strongroom.lib.rand import Random, base62
from strongroom.sdk import SECRET, Auth, Body, Doc, Request, Response, path

log = structlog.get_logger("jwt")

FAILED = "Strongroom login failed."
_EXPIRED = f"{FAILED} Expired or missing OAuth state."
_CHANGED = "The configuration has changed since the login began"
NO_CODE = "no_code"
"""What a client sends as code once it has posted the provider's answer here itself."""
_INTERVAL_S = 5


class BeginFields(Body, frozen=True):
    """A login that begins."""

    role: Annotated[str, Doc(description="The role to log in with; the mount's `default_role` if none is given.")] = ""
    redirect_uri: Annotated[str, Doc(description="Where the provider leads the browser back to.")] = ""
    client_nonce: Annotated[
        str, Doc(description="What only this client knows. It has to be given again at the end.", extra=SECRET)
    ] = ""


class CallbackFields(Body, frozen=True):
    """What a provider sends back by the browser."""

    state: Annotated[str, Doc(description="The state of the login.", extra=SECRET)] = ""
    code: Annotated[str, Doc(description="The provider's code.", extra=SECRET)] = ""
    id_token: Annotated[str, Doc(description="The provider's token, instead of a code.", extra=SECRET)] = ""
    iss: Annotated[str, Doc(description="The provider that answers.")] = ""
    client_nonce: Annotated[str, Doc(description="What the client gave when the login began.", extra=SECRET)] = ""
    confirmation: Annotated[str, Doc(description="What the confirmation page sends.", extra=SECRET)] = ""
    error: Annotated[str, Doc(description="The provider's error.")] = ""
    error_description: Annotated[str, Doc(description="What it says of the error.")] = ""
    error_uri: Annotated[str, Doc(description="Where it says more.")] = ""


class PollFields(Body, frozen=True):
    """A client that waits for the end of a login."""

    state: Annotated[str, Doc(description="The state of the login.", extra=SECRET)] = ""
    client_nonce: Annotated[str, Doc(description="What the client gave when the login began.", extra=SECRET)] = ""


class OidcPaths:
    """`oidc` and below."""

    keys: KeySets
    flow: Flow
    providers: Providers
    random: Random

    @path.write("oidc/auth_url", unauthenticated=True)
    async def begin_login(self, request: Request, body: BeginFields) -> Response:
        """Begins a login: answers with the address to open in a browser."""
        config = await configuration(request)
        if not config.has_login_page:
            raise InvalidRequest(
                "OIDC login is not configured for this mount: its config needs oidc_discovery_url and oidc_client_id"
            )
        name, role = await chosen_role(request, config, body.role)
        if role.role_type != roles.OIDC:
            raise InvalidRequest(f'role "{name}" has the role_type jwt, and is for signed tokens only')
        if not body.client_nonce and role.callback_mode in {roles.DIRECT, roles.DEVICE}:
            raise InvalidRequest("missing client_nonce")
        await states.admit(request)  # before anything is asked of the provider
        login = PendingLogin(
            role=name,
            revision=config.revision,
            began_at=request.now,
            expires_at=request.now + states.LIFE_S,
            address=request.address,
            client_nonce=digest_of(body.client_nonce) if body.client_nonce else "",
        )
        state = self._random(request, "state")
        if role.callback_mode == roles.DEVICE:
            return await self._begin_device(request, config, role, state, login)
        login = msgspec.structs.replace(login, redirect_uri=body.redirect_uri)
        return await self._begin_page(request, config, role, state, login)

    async def _begin_page(
        self, request: Request, config: Config, role: Role, state: str, login: PendingLogin
    ) -> Response:
        redirect = login.redirect_uri
        if not redirect:
            raise InvalidRequest("missing redirect_uri")
        namespace = ""
        if config.namespace_in_state:
            redirect, namespace = redirects.without_namespace(redirect)
        if not redirects.is_allowed(redirect, role.allowed_redirect_uris or ()):
            raise InvalidRequest(
                f'redirect_uri "{redirect[:300]}" isn\'t in allowed_redirect_uris of role "{login.role}"'
            )
        if config.oidc_response_mode == FORM_POST:  # which the web interface, having no server, can't receive
            redirect = redirect.replace("/ui/vault/", "/v1/", 1)
        login = msgspec.structs.replace(
            login,
            nonce=self._random(request, "nonce"),
            code_verifier=self._random(request, "code verifier"),
            redirect_uri=redirect,
        )
        found = request.once.outside(f"description {config.revision}", lambda: self.keys.described(config))
        parameters = {
            "redirect_uri": redirect,
            "state": f"{state},ns={namespace}" if namespace else state,
            "nonce": login.nonce,
        }
        if ID_TOKEN not in config.oidc_response_types:
            parameters |= {"code_challenge": flow.challenge(login.code_verifier), "code_challenge_method": "S256"}
        if role.max_age_s:
            parameters["max_age"] = str(role.max_age_s)
        url = flow.authorization_url(config, found, parameters, role.oidc_scopes or ())
        await states.begin(request, state, login)
        data = {"auth_url": url}
        if role.callback_mode == roles.DIRECT:
            data |= {"state": state, "poll_interval": str(role.poll_interval_s or _INTERVAL_S)}
        return Response(data=data)

    async def _begin_device(
        self, request: Request, config: Config, role: Role, state: str, login: PendingLogin
    ) -> Response:
        scopes = role.oidc_scopes or ()
        name = f"device {config.revision} {' '.join(scopes)}"
        device = request.once.outside(name, lambda: self.flow.device(config, scopes))
        interval_s = role.poll_interval_s or device.interval_s
        login = msgspec.structs.replace(login, device_code=device.device_code, interval_s=interval_s)
        await states.begin(request, state, login)
        data = {"auth_url": device.complete_address or device.address, "state": state, "poll_interval": str(interval_s)}
        if not device.complete_address:
            data["user_code"] = device.user_code
        return Response(data=data)

    @path.read("oidc/callback", unauthenticated=True)
    async def end_login(self, request: Request, body: CallbackFields) -> Response:
        """Ends a login with what the provider sent back by the browser."""
        config = await configuration(request, f"{FAILED} Could not load configuration")
        login = await states.find(request, body.state)
        if login is None or login.granted is not None or login.failure or login.device_code:
            raise InvalidRequest(_EXPIRED)
        role = await role_of(request, login.role)
        direct = role is not None and role.callback_mode == roles.DIRECT
        if direct and role is not None and not role.oidc_disable_confirmation and not _is_confirmed(login, body):
            if login.is_posted:
                # Only the browser that posted the answer was asked.  Whoever comes now may be who began the login.
                return pages.failed("Confirm the login on the page that asked for it.")
            return self._ask_for_consent(request, login, body)
        try:
            auth = await self._ended(request, config, login, role, body)
        except (RateLimited, PermissionDenied):
            raise  # nothing was asked; the browser may come again
        except StrongroomError as error:
            log.warning("a login at the provider failed", role=login.role, reason=error.text, detail=error.detail)
            return await _failed(request, body.state, login, error.text, direct=direct)
        if not direct:
            await states.end(request, body.state)
            return Response(auth=auth)
        request.view.write(states.row_of(body.state), msgspec.structs.replace(login, granted=Granted.of(auth)))
        return pages.done()

    async def _ended(
        self, request: Request, config: Config, login: PendingLogin, role: Role | None, body: CallbackFields
    ) -> Auth:
        """The login that the provider's answer proves.  Raises `StrongroomError` for anything else."""
        if role is None:
            raise InvalidRequest("Role could not be found")
        if login.revision != config.revision:
            raise InvalidRequest(_CHANGED)
        if body.error:
            log.warning(
                "the identity provider refused a login",
                error=body.error[:200],
                description=body.error_description[:500],
                uri=body.error_uri[:200],
            )
            raise InvalidRequest(flow.known_error(body.error))
        if login.client_nonce and role.callback_mode != roles.DIRECT and not _is_nonce(login, body.client_nonce):
            raise InvalidRequest("invalid client_nonce")
        if role.callback_mode != roles.DIRECT and login.is_posted and not _brings_the_post(login, body):
            raise InvalidRequest("the provider's answer was posted by another browser")
        if _is_of_another(config, body):
            raise InvalidRequest("another provider has answered")  # RFC 9207
        check_address(request, role)
        code = login.code if login.is_posted or body.code == NO_CODE else body.code
        wanted = _wanted(config, role, login)
        if code:
            work = partial(self.flow.exchanged, config, wanted, code, login, request.now)
        elif login.id_token:
            work = partial(self.flow.received, config, wanted, login.id_token, request.now)
        else:
            raise InvalidRequest("No code or id_token received.")
        return self._granted(request, login, role, self._outcome(request, config, role, f"{body.state} {code}", work))

    @path.write("oidc/callback", unauthenticated=True)
    async def receive_answer(self, request: Request, body: CallbackFields) -> Response:
        """Receives a provider's answer as a form. The login is ended by a following GET."""
        config = await configuration(request, f"{FAILED} Could not load configuration.")
        if config.oidc_response_mode != FORM_POST:
            text = "this mount's oidc_response_mode is not form_post"
            return Response(data={"errors": [text]}, flat=True, status=405)
        login = await states.find(request, body.state)
        if login is None or login.granted is not None or login.failure or login.device_code:
            return pages.failed("Expired or missing OAuth state.")
        if login.is_posted:
            return pages.failed("This login has been answered already.")
        if _is_of_another(config, body):
            return pages.failed("Another provider has answered.")
        # Whoever leads another's browser to the provider knows the state, and must not be able to end that login: a
        # new secret goes to the browser that posts.  The client itself may post too, and proves that it is the client.
        by_client = bool(login.client_nonce) and _is_nonce(login, body.client_nonce)
        handed_on = "" if by_client else self._random(request, "confirmation")
        login = msgspec.structs.replace(login, code=body.code, id_token=body.id_token, confirmation=handed_on)
        request.view.write(states.row_of(body.state), login)
        role = await role_of(request, login.role)
        if role is not None and role.callback_mode == roles.DIRECT:
            sent = CallbackFields(
                state=body.state, code=NO_CODE, error=body.error, error_description=body.error_description, iss=body.iss
            )
            return self._ask_for_consent(request, login, sent)
        return pages.handed_on(redirects.mount_in(login.redirect_uri), handed_on or NO_CODE, body.state)

    def _ask_for_consent(self, request: Request, login: PendingLogin, body: CallbackFields) -> Response:
        confirmation = login.confirmation or self._random(request, "confirmation")
        request.view.write(states.row_of(body.state), msgspec.structs.replace(login, confirmation=confirmation))
        sent = ("state", "code", "iss", "error", "error_description", "error_uri")
        fields = {name: getattr(body, name) for name in sent if getattr(body, name)}
        return pages.confirm(login.address, login.role, {**fields, "confirmation": confirmation})

    @path.write("oidc/poll", unauthenticated=True)
    async def poll_login(self, request: Request, body: PollFields) -> Response:
        """Answers whether a login that the user ends elsewhere has ended."""
        login = await states.find(request, body.state)
        if login is None:
            raise InvalidRequest(_EXPIRED)
        role = await role_of(request, login.role)
        if not _is_nonce(login, body.client_nonce):
            return await _failed(request, body.state, login, "invalid client_nonce", direct=False)
        if role is None or login.failure:
            reason = login.failure or "Role could not be found"
            return await _failed(request, body.state, login, reason, direct=False)
        config = await configuration(request, f"{FAILED} Could not load configuration")
        if login.revision != config.revision:
            return await _failed(request, body.state, login, _CHANGED, direct=False)
        if login.granted is not None:
            await states.end(request, body.state)
            return Response(auth=login.granted.login())
        if not login.device_code:
            raise InvalidRequest("authorization_pending")
        return await self._poll_device(request, config, role, login, body.state)

    async def _poll_device(
        self, request: Request, config: Config, role: Role, login: PendingLogin, state: str
    ) -> Response:
        if request.now - login.polled_at < login.interval_s / 2:  # without asking: the provider would slow down all
            raise InvalidRequest("slow_down")
        try:
            check_address(request, role)
            work = partial(self.flow.polled, config, _wanted(config, role, login), login.device_code, request.now)
            outcome = self._outcome(request, config, role, state, work)
            if not outcome.pending:
                auth = self._granted(request, login, role, outcome)
                await states.end(request, state)
                return Response(auth=auth)
        except (RateLimited, PermissionDenied):
            raise
        except StrongroomError as error:
            log.warning("a login by device failed", role=login.role, reason=error.text, detail=error.detail)
            return await _failed(request, state, login, error.text, direct=False)
        wait_s = login.interval_s + (5 if outcome.pending == "slow_down" else 0)  # RFC 8628, section 3.5
        login = msgspec.structs.replace(login, polled_at=request.now, interval_s=wait_s)
        request.view.write(states.row_of(state), login)
        return _refusal(outcome.pending)

    def _outcome(
        self, request: Request, config: Config, role: Role, what: str, work: Callable[[], Awaitable[Outcome]]
    ) -> Outcome:
        """What the provider proved, completed by what it says in other ways."""

        async def whole() -> Outcome:
            outcome = await work()
            if outcome.pending:
                return outcome
            access = outcome.tokens.get("access_token", "")
            asked = Asked(claims=outcome.claims, role=role, now=request.now, access_token=access)
            return replace(outcome, claims=await self.providers.completed(config, asked))

        wanted = f"{what} {role.groups_claim} {role.user_claim} {role.user_claim_json_pointer}"
        return request.once.outside(f"provider {config.revision} {digest_of(wanted)}", whole)

    def _granted(self, request: Request, login: PendingLogin, role: Role, outcome: Outcome) -> Auth:
        if role.verbose_oidc_logging:
            log.debug("the identity provider's claims", role=login.role, claims=dict(outcome.claims))
        kinds = role.oauth2_metadata or ()
        extra = {f"oauth2_{kind}": outcome.tokens.get(kind, "") for kind in kinds}
        return identity.login(login.role, role, outcome.claims, extra)

    def _random(self, request: Request, what: str) -> str:
        return request.once(what, lambda: base62(self.random, states.STATE_CHARACTERS))

    async def due(self, request: Request, name: str, data: dict[str, object]) -> None:
        """Delete a login that nobody has ended, or a count that is over."""
        request.view.delete(name)


def _wanted(config: Config, role: Role, login: PendingLogin) -> Wanted:
    return Wanted(
        issuer=config.oidc_discovery_url,
        client_id=config.oidc_client_id,
        nonce=login.nonce,
        audiences=role.bound_audiences or (),
        subject=role.bound_subject,
        max_age_s=role.max_age_s,
        began_at=login.began_at,
    )


def _is_of_another(config: Config, body: CallbackFields) -> bool:
    return bool(body.iss) and body.iss.rstrip("/") != config.oidc_discovery_url.rstrip("/")


def _is_confirmed(login: PendingLogin, body: CallbackFields) -> bool:
    return bool(login.confirmation) and _same(login.confirmation, body.confirmation)


def _brings_the_post(login: PendingLogin, body: CallbackFields) -> bool:
    """Whether who comes now has what was posted, or what the page handed on that answered it."""
    if not login.confirmation:  # the client itself has posted, and has proved again that it is the client
        return bool(login.client_nonce)
    known = (login.confirmation, login.code)
    return bool(body.code) and any(_same(each, body.code) for each in known if each)


def _same(first: str, second: str) -> bool:
    return hmac.compare_digest(first.encode(), second.encode("utf-8", "surrogatepass"))


def _is_nonce(login: PendingLogin, given: str) -> bool:
    """Whether it is what the client gave when the login began; anything is, if it gave nothing."""
    return not login.client_nonce or _same(login.client_nonce, digest_of(given))


async def _failed(request: Request, state: str, login: PendingLogin, reason: str, *, direct: bool) -> Response:
    """Refuse a login for good.  It is an answer, no error, because an error would leave the state usable."""
    if direct:
        request.view.write(states.row_of(state), msgspec.structs.replace(login, failure=reason))
        return pages.failed(reason)
    await states.end(request, state)
    return _refusal(f"{FAILED} {reason}")


def _refusal(text: str) -> Response:
    return Response(data={"errors": [text]}, flat=True, status=400)
