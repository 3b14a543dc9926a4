"""Addresses that a configuration writes as a template, such as `{{ GetPrivateIP }}:8200` (p).

The language is that of HashiCorp's go-sockaddr, as far as configurations use it.

Source: https://pkg.go.dev/github.com/hashicorp/go-sockaddr/template
"""

from strongroom.lib.sockaddr.interface import InterfaceAddress
from strongroom.lib.sockaddr.parser import TemplateError, is_template
from strongroom.lib.sockaddr.template import check, evaluate

__all__ = ["InterfaceAddress", "TemplateError", "check", "evaluate", "is_template"]
