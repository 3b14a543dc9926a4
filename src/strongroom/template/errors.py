"""What goes wrong in a template, as Go's programs tell it."""

from __future__ import annotations


class TemplateError(Exception):
    """A template can't be read or executed.

    Args:
        text: with the template's name, line and column, as `template: name:1:5: …`.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class SyntaxFault(TemplateError):
    """The text is no template."""


class ExecutionFault(TemplateError):
    """The template can't be executed with these values."""


class LimitReached(ExecutionFault):
    """It would take more steps, depth or bytes than are allowed."""


class FunctionFailed(Exception):
    """A function can't be applied to its arguments.  The evaluator adds where.

    Args:
        text: what a Go program says behind `error calling name:`; without any secret.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
