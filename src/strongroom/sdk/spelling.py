"""The one spelling of a path: what a route says of how its parameters are written (p).

`auth/userpass/users/ADMIN` and `auth/userpass/users/admin` are one user, `sys/mounts/x/` and `sys/mounts/x` one mount.
A rule that names one of them has to bind all, so a request's path is brought into its canonical form before anybody
looks at it, and rules into the same form before they are compared with it.

A pattern names the form of a parameter behind a colon: `users/{username:lower}`, `mounts/{path*:slashless}`.

Source: CWE-178, CVE-2026-89322
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

LOWER = "lower"
SLASHLESS = "slashless"


def _slashless(text: str) -> str:
    """Without slashes at its end; what is nothing else stays, so that it names nothing instead of everything."""
    return text.rstrip("/") or text


FORMS: Mapping[str, Callable[[str], str]] = {
    LOWER: str.lower,  # names that are compared without regard to case
    SLASHLESS: _slashless,  # names that mean the same with a slash at their end
}


class Form(msgspec.Struct, frozen=True):
    """How a route's paths are written, as far as rules have to be rewritten for it."""

    folded: tuple[int, ...] = ()
    """Segments that are compared without regard to case, counted from 0 at the front of the full path."""
    folded_from: int = 0
    """From which segment on all are; 0 for none."""
    slashless: bool = False
    """Whether a slash at the end means nothing."""

    def of_rule(self, pattern: str) -> str:
        """A rule's path in this form."""
        pattern = self.of_path(pattern)
        return _slashless(pattern) if self.slashless else pattern

    def of_path(self, path: str) -> str:
        """A canonical path as rules of this form are compared with it.

        Case folding goes letter by letter, so that what begins alike stays alike; lower case doesn't, for a sigma at
        the end of a word.
        """
        if not self.folded and not self.folded_from:
            return path
        return "/".join(
            segment.casefold() if index in self.folded or 0 < self.folded_from <= index else segment
            for index, segment in enumerate(path.split("/"))
        )


PLAIN = Form()
"""The form of most routes: what is written is what is meant."""


def form_of(pattern: str, forms: Mapping[str, str], mount_segments: int) -> Form:
    """The form of a route's paths.

    Args:
        pattern: as declared, without forms.
        forms: the form of each parameter that has one.
        mount_segments: how many segments the mount's path has; they are compared as they are, since mounts whose names
            differ in case only are different mounts.
    """
    folded: list[int] = []
    folded_from = 0
    for index, segment in enumerate(pattern.split("/"), mount_segments):
        name = segment.strip("{}*")
        if forms.get(name) == LOWER and segment.startswith("{"):
            if "*" in segment:
                folded_from = index
            else:
                folded.append(index)
    return Form(tuple(folded), folded_from, SLASHLESS in forms.values())


def canonical(forms: Mapping[str, str], parameters: dict[str, str]) -> dict[str, str]:
    """A path's parameters in the forms that the route declares; `parameters` itself when nothing changes."""
    for name, form in forms.items():
        value = parameters[name]
        written = FORMS[form](value)
        if written != value:
            parameters = {**parameters, name: written}
    return parameters
