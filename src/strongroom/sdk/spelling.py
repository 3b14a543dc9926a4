"""The canonical spelling of a path, from the forms that a route declares for its parameters (pure).

`auth/userpass/users/ADMIN` and `auth/userpass/users/admin` are one user, `sys/mounts/x/` and `sys/mounts/x` one mount.
A rule for one spelling must apply to all of them.  So a request's path is converted to its canonical form before any
check, and rules are converted to the same form before they are compared with it.

A pattern names the form of a parameter after a colon: `users/{username:lower}`, `mounts/{path*:slashless}`.

Source: CWE-178, CVE-2026-89322
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

LOWER = "lower"
SLASHLESS = "slashless"


def _slashless(text: str) -> str:
    """The text without slashes at its end.  A text of slashes only stays, so that it doesn't become the empty path."""
    return text.rstrip("/") or text


FORMS: Mapping[str, Callable[[str], str]] = {
    LOWER: str.lower,  # names that are compared case-insensitively
    SLASHLESS: _slashless,  # names that mean the same with a slash at their end
}


class Form(msgspec.Struct, frozen=True):
    """The canonical form of a route's paths, as far as rules must be converted to it."""

    folded: tuple[int, ...] = ()
    """Segments that are compared case-insensitively, counted from 0 at the start of the full path."""
    folded_from: int = 0
    """The segment from which on all are compared case-insensitively; 0 for none."""
    slashless: bool = False
    """Whether a slash at the end means nothing."""

    def of_rule(self, pattern: str) -> str:
        """A rule's path in this form."""
        pattern = self.of_path(pattern)
        return _slashless(pattern) if self.slashless else pattern

    def of_path(self, path: str) -> str:
        """A canonical path, converted for the comparison with rules of this form.

        This uses case folding, which converts each letter independently, so that prefixes stay prefixes.  `lower`
        doesn't: it treats a sigma at the end of a word differently.
        """
        if not self.folded and not self.folded_from:
            return path
        return "/".join(
            segment.casefold() if index in self.folded or 0 < self.folded_from <= index else segment
            for index, segment in enumerate(path.split("/"))
        )


PLAIN = Form()
"""The form of most routes, whose paths have one spelling."""


def form_of(pattern: str, forms: Mapping[str, str], mount_segments: int) -> Form:
    """The form of a route's paths.

    Args:
        pattern: as declared, without forms.
        forms: the form of each parameter that has one.
        mount_segments: the number of segments of the mount's path.  They are compared exactly, because mounts whose
            names differ only in case are different mounts.
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
    """A path's parameters in the route's forms.  Returns `parameters` itself if nothing changes."""
    for name, form in forms.items():
        value = parameters[name]
        written = FORMS[form](value)
        if written != value:
            parameters = {**parameters, name: written}
    return parameters
