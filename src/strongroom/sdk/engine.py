"""Base classes of secrets engines and auth methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from strongroom.lib.errors import Internal, InvalidRequest
from strongroom.sdk import near_miss
from strongroom.sdk.coercion import FieldError, to_text
from strongroom.sdk.declarations import check_declarations, check_hooks
from strongroom.sdk.delegates import Delegates
from strongroom.sdk.fields import Field, check, fill
from strongroom.sdk.hands_out import HandsOut
from strongroom.sdk.numbers import Number
from strongroom.sdk.path import Declaration, DeclarationError, Endpoint
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.response import Auth, Made, Response
from strongroom.sdk.routing import Match, RouteTable, is_plain
from strongroom.sdk.search import Searchable
from strongroom.sdk.spelling import FORMS
from strongroom.sdk.view import View

_OWN = __name__.partition(".")[0]


class _Routes:
    """Makes the table of an engine class when it is first asked for: of most types there is no mount."""

    def __get__(self, engine: Engine | None, class_: type[Engine]) -> RouteTable:
        class_.routes = table = _table(class_)
        return table


def _declared(class_: type[Engine]) -> list[Declaration]:
    """The declarations of a class, and of the classes that it consists of."""
    found: list[Declaration] = []
    for base in class_.__mro__:
        for function in vars(base).values():
            declared: list[Declaration] = getattr(function, "__paths__", [])
            found += [_of(class_, base, each) for each in declared if getattr(class_, each.function, None) is not None]
    return found


def _of(class_: type[Engine], base: type, declared: Declaration) -> Declaration:
    """A declaration as a class has it from another one.

    A plugin may replace the method or what the method calls, so what Strongroom's class says of it may be wrong.
    """
    if is_own(base) and not is_own(class_) and (declared.computes or declared.repeatable):
        return msgspec.structs.replace(declared, computes=False, repeatable=False)
    return declared


def is_own(class_: type) -> bool:
    """Whether a class is of this package, and no plugin's."""
    return class_.__module__.partition(".")[0] == _OWN


def check_engine(class_: type[Engine]) -> None:
    """Check the declarations and hooks of a class.  Raises `DeclarationError`."""
    check_declarations(class_, _declared(class_), whole=hasattr(class_, "type"))
    check_hooks(class_, _contract(class_))
    try:
        _table(class_)
    except DeclarationError as error:
        raise DeclarationError(f"{class_.__name__}: {error}") from None


def _contract(class_: type[Engine]) -> list[type]:
    """The classes that say which hooks there are."""
    return [base for base in class_.__mro__ if base.__module__ == __name__]


def _table(class_: type[Engine]) -> RouteTable:
    return RouteTable(_declared(class_), class_.synonyms, class_.secret_paths)


class Engine:
    """A secrets engine: subclass it, give it a `type`, decorate methods with `path.*`.

    One object serves all mounts of its type in a process, so it has no state of its own.  It stores data in the
    request's view.
    """

    type: ClassVar[str]
    """The type's name in requests to mount it."""
    plugin_version: ClassVar[str] = ""
    request_headers: ClassVar[frozenset[str]] = frozenset()
    """Headers of requests that every mount passes, in lower case, beside its `passthrough_request_headers`."""
    secret_paths: ClassVar[tuple[str, ...]] = ()
    """Patterns of paths that end in a secret, such as `revoke/{token*}`.

    The audit log shows a digest of the secret, even if the path is no longer served.  A part with the name `accessor`
    is shown as accessors are.
    """
    secret_answers: ClassVar[frozenset[str]] = frozenset()
    """Fields of responses that contain secrets.

    The audit log shows their digests, whatever the mount's settings are. Fields of listings contain names and aren't
    meant.
    """
    catalog: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Names of plugins of other servers that are part of this engine, by the type that the catalogue has them under."""
    changes_others: ClassVar[bool] = True
    """Whether what it asks other systems for may change something there.

    Then it doesn't ask while the store is frozen, nor in a region that can't store what came of it.  False if all that
    it does outside its transaction is to compute, or to read.
    """
    listed_by: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """For the beginning of a listed path: those of the paths that read what it lists, if they differ from it.

    Where listings are `list_scoped`, a client sees the names that it may read by one of them.
    """
    path_parameters: ClassVar[Mapping[str, str]] = {}
    """What the parameters of paths mean, by name, for help and OpenAPI."""
    routes: ClassVar[RouteTable]
    synonyms: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """For a declared pattern, without forms: the other paths of the mount for the same object.

    A policy that denies one of them denies this one too.  Braces contain a parameter of the path or a field of the
    body.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Read the class's declarations.

        Those of a plugin are checked at once.  Strongroom's own are checked by a test, because they are many.

        Raises: `DeclarationError`.
        """
        super().__init_subclass__(**options)
        plugin = not is_own(cls)
        if plugin:
            check_hooks(cls, _contract(cls))
        # Of all classes that it consists of: one that names some must not unhide what another one names.
        cls.secret_answers = frozenset().union(*(vars(base).get("secret_answers", ()) for base in cls.__mro__))
        cls.secret_paths = tuple(
            dict.fromkeys(path for base in cls.__mro__ for path in vars(base).get("secret_paths", ()))
        )
        cls.routes = _Routes()  # type: ignore[assignment]  # a table as soon as somebody asks for it
        if plugin:
            check_engine(cls)

    def variant(self, options: Mapping[str, str]) -> Engine:
        """The engine for a mount with these options.  Most types have only one."""
        return self

    async def exists(self, request: Request, match: Match) -> bool:
        """Whether the object of a write exists.  True if the declaration has no `exists` method."""
        if not match.declaration.exists:
            return True
        hook = getattr(self, match.declaration.exists)
        found: bool = await hook(request, **match.parameters)
        return found

    async def delegates(self, request: Request, match: Match) -> Delegates | None:
        """By which auth mounts a client without a token is logged in.  None if the declaration has no `logs_in`."""
        if not match.declaration.logs_in:
            return None
        hook = getattr(self, match.declaration.logs_in)
        found: Delegates | None = await hook(request, **match.parameters)
        return found

    async def answer(self, request: Request, match: Match) -> Response | None:
        """Fill the declared body, call the declared method, and add warnings for undeclared fields."""
        declaration = match.declaration
        if not request.data or declaration.takes_anything:
            return await self._called(request, match)
        try:
            return _warned(await self._called(request, match), request, match)
        except InvalidRequest as error:
            # What is missing may have been given under a misspelt name.
            known = {*match.route.known_fields, *match.parameters}
            error.text = near_miss.asked(error.text, request.data, known)
            raise

    async def _called(self, request: Request, match: Match) -> Response | None:
        """What the declared method answers."""
        declaration = match.declaration
        arguments: dict[str, Any] = {
            name: value for name, value in match.parameters.items() if name in declaration.parameters
        }
        if request.data and not declaration.takes_anything:
            _same_object(match, request.data)
        prefix = "" if declaration.exists and not declaration.update_creates else "Field validation failed: "
        if declaration.body is not None:
            patch = request.operation is Operation.PATCH
            arguments["body"] = fill(declaration.body, request.data, prefix=prefix, patch=patch)
        if request.data and not match.route.one_body:
            # A field of another operation of the path is checked too, although this operation doesn't read it.
            check(match.route.fields, request.data, prefix=prefix)
        if match.written:
            request = msgspec.structs.replace(request, written=match.written)
        function: Endpoint = getattr(self, declaration.function)
        return await function(request, **arguments)

    @property
    def does_scheduled_work(self) -> bool:
        """Whether it has a `due` of its own: without one, nothing can be scheduled."""
        return type(self).due is not Engine.due

    def check_options(self, options: dict[str, str]) -> dict[str, str]:
        """The mount options to store.  Raises `InvalidRequest` for values that this engine doesn't accept."""
        return options

    async def mounted(self, request: Request) -> None:
        """Called in the transaction that mounts the engine.  It may write the first rows of the mount."""

    async def make(self, request: Request, lease: dict[str, Any]) -> Made | None:
        """Make the secret of a planned lease in another system.  Called when the plan is stored.

        The request's view is read-only.  If this method raises, or the process dies, `revoke` is called twice with the
        same `lease` to undo what may have been made.  So make the secret under the name in `lease`.

        Raises: `UpstreamFailed` with a text for the client.
        """
        return None

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """Renew the secret of a lease in the other system, if that system needs to know.

        Returns: the seconds to grant.  The lease service applies the limits.
        """
        return increment_s

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Revoke the secret of a lease, if it exists.  Raise `UpstreamFailed` to be called again later."""

    async def due(self, request: Request, name: str, data: dict[str, Any]) -> None:
        """Do the work that was scheduled under `name`.

        The process with the expiry role calls this when the work is due.

        It runs in a transaction, as a request does.  The commit deletes the work.  If this method raises, its writes
        are dropped, and it is called again later, at growing intervals.  If the process dies, it is called again too,
        so work in another system must be safe to repeat.  It may schedule its next call itself.
        """
        raise Internal(detail=f"{type(self).__name__} has scheduled work, and no method `due` that does it")

    def counted(self) -> tuple[Number, ...]:
        """What this process has counted of all mounts together, for `sys/metrics`."""
        return ()

    async def searchable(self, view: View, after: str, limit: int) -> list[Searchable]:
        """The secrets of a mount after a place, in an order of the engine's own.  Without any, nothing is found there.

        Args:
            after: `at` of one that an earlier call has returned; empty for the beginning. limit: the most to return;
                fewer means that there are no more.
        """
        return []

    async def numbers(self, view: View) -> tuple[Number, ...]:
        """What one mount tells in `sys/metrics`.  It is asked for at each scrape, so it reads a few rows at most."""
        return ()


class Waiting(msgspec.Struct, frozen=True):
    """Logins of this process that wait for work outside the event loop."""

    now: int = 0
    """The number of logins in progress or waiting."""
    refused: int = 0
    """The number of logins refused so far, because the queue was full."""


class AuthMethod(Engine):
    """An auth method: an engine whose paths without a token may return an `auth`."""

    changes_others = False
    hands_out: ClassVar[tuple[HandsOut, ...]] = ()
    """The kinds of its rows that name policies, so that administrators can ask who gets one."""

    @property
    def waiting(self) -> Waiting:
        """Its waiting logins, of all its mounts together, for `sys/metrics`."""
        return Waiting()

    async def login_name(self, request: Request, match: Match) -> str:
        """The name under which failures of this login count, told before it is tried; empty for none.

        It has to be the alias that the login would get: another spelling would be another count.
        """
        return match.parameters.get("username", "")

    login_roles: ClassVar[bool] = False
    """Whether logins have roles, so that a quota may be for those of one role."""

    async def login_role(self, request: Request, match: Match) -> str:
        """The role of this login, told before it is tried; empty if it names none."""
        if not self.login_roles:
            return ""
        try:
            return to_text(request.data.get("role")).strip().lower()
        except FieldError:
            return ""

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The settings for the renewal of a token of this method.

        Policies that the result's `token` lacks are taken from the token.  None is added.

        Raises: `InvalidRequest` if it may not be renewed, because its user or role is gone or has changed;
            `token_fields.PoliciesChanged` if that is all that has changed: the mount decides then.
        """
        return auth


_SETS = frozenset({Operation.CREATE, Operation.UPDATE, Operation.PATCH})


def _warned(response: Response | None, request: Request, match: Match) -> Response | None:
    """The response with warnings for fields that nothing reads.

    A write without a response gets one for the warnings.  A client that misspells `token_policies` has made a user
    without policies, and must be told.
    """
    given, route = request.data.keys(), match.route
    replaced: list[str] = []
    ignored: list[str] = []
    if not (given <= route.known_fields and given.isdisjoint(match.parameters)):
        replaced = sorted(name for name in given if name in match.parameters)
        ignored = sorted(name for name in given if name not in route.known_fields and name not in replaced)
    elif route.telling.isdisjoint(given):
        return response
    if response is None:
        ignored = [name for name in ignored if near_miss.says_something(request.data[name])]
    added = []
    if ignored:
        added.append(f"Endpoint ignored these unrecognized parameters: [{' '.join(ignored)}]")
        added += near_miss.suggestions(ignored, route.known_fields - given)
    if replaced and response is not None:
        added.append(
            "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: "
            f"[{' '.join(replaced)}]"
        )
    told = response.warnings if response is not None else []
    added += [warning for warning in _outdone(route.fields, request.data) if warning not in told]
    for name in given & route.fields.keys():
        keys, value = route.fields[name].keys, request.data[name]
        if keys is not None and isinstance(value, dict):
            added += near_miss.within(name, keys, value)
    if not added:
        return response
    if response is None:
        return Response(warnings=added) if request.operation in _SETS else None
    response.warnings = [*response.warnings, *added]
    return response


def _outdone(fields: Mapping[str, Field], data: Mapping[str, Any]) -> list[str]:
    """What is said of values that were given by an old name, beside another value by the new name, which counts."""
    return [
        f"Both '{field.newer}' and deprecated '{name}' value supplied, ignoring the deprecated value"
        for name, field in fields.items()
        if field.newer and name in data and field.newer in data and _differ(field, data[name], data[field.newer])
    ]


def _differ(field: Field, old: Any, new: Any) -> bool:
    """Whether a value says something else than the one that counts: clients send both names of what they mean."""
    if not near_miss.says_something(old) or new is None:
        return False
    try:
        return bool(field.normal(old) != field.normal(new))
    except FieldError:
        return True  # one of the two is nothing that the field can hold


def _same_object(match: Match, data: Mapping[str, Any]) -> None:
    """Refuse a body that names another object than the path, because the policies were checked for the path's object.

    Slashes at either end are ignored: clients remove them from the path, but leave them in the body.

    Raises: `InvalidRequest`.
    """
    for name, value in match.parameters.items():
        given = data.get(name)
        if given in (None, "", value):
            continue
        form = match.declaration.forms.get(name)
        if not is_plain(given) or _spelled(to_text(given), form) != value.strip("/"):
            raise InvalidRequest(f'the field "{name}" names something else than the path does')


def _spelled(name: str, form: str | None) -> str:
    return (FORMS[form](name) if form else name).strip("/")


def require(value: str, text: str) -> str:
    """Return the value.  Raises `InvalidRequest` with `text` if it is empty."""
    if not value:
        raise InvalidRequest(text)
    return value
