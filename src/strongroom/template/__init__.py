"""The template language of consul-template: Go's `text/template` with functions for configuration files (p).

The package imports nothing of the rest.  Whatever isn't a function of its arguments comes from `Surroundings`.

Source: https://pkg.go.dev/text/template, https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md
"""

from strongroom.template.limits import Limits
from strongroom.template.template import Template, parse

__all__ = ["Limits", "Template", "parse"]
