"""Templates for names and entries, in the part of Go's `text/template` that Vault's username templates use (p).

Source: https://developer.hashicorp.com/vault/docs/concepts/username-templating, https://pkg.go.dev/text/template
"""

from strongroom.lib.go_template.functions import MOST_RANDOM
from strongroom.lib.go_template.template import MOST_NAME_BYTES, MOST_TEMPLATE_BYTES, Template, parse

__all__ = ["MOST_NAME_BYTES", "MOST_RANDOM", "MOST_TEMPLATE_BYTES", "Template", "parse"]
