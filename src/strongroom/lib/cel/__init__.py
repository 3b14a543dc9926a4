"""The Common Expression Language: small programs of administrators that decide on data of strangers.

An expression has no loops and changes nothing, but nested macros can still cost more than any login is worth.  So
everything is bounded: the text, its nesting, the data, and the steps and sizes of an evaluation.

Neither of the packages for Python serves here: one can't construct messages, the other compares no number of JSON with
a whole number, and neither can be stopped.

Source: https://github.com/cel-expr/cel-spec/blob/master/doc/langdef.md
"""

from strongroom.lib.cel.errors import CelError
from strongroom.lib.cel.program import Program, compile_program
from strongroom.lib.cel.values import Message, MessageType, Timestamp, from_json

__all__ = ["CelError", "Message", "MessageType", "Program", "Timestamp", "compile_program", "from_json"]
