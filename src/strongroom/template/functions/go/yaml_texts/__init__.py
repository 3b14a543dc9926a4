"""YAML as the package `gopkg.in/yaml.v2` reads and writes it: version 1.1, with parts of 1.2.

Source: https://pkg.go.dev/gopkg.in/yaml.v2
"""

from strongroom.template.functions.go.yaml_texts.reading import decoded
from strongroom.template.functions.go.yaml_texts.writing import encoded

__all__ = ["decoded", "encoded"]
