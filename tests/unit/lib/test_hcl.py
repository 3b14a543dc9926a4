"""HCL 1 and JSON: what parses to what, and where an error is said to be."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.hcl import HclError, Limits, Literal, ObjectNode, Position, format_policy, is_json, parse, plain


def _value(source: str) -> object:
    """The value of the only entry of `x = source`."""
    node = parse(f"x = {source}").items[0].value
    return plain(node)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"a"', "a"),
        ('""', ""),
        (r'"a\tb\n\"c\" \\ \u00e9 \U0001F600 \x41 \101"', 'a\tb\n"c" \\ \u00e9 \U0001f600 A A'),
        ('"${var.x}"', "${var.x}"),
        ('"a ${f("b", "\n")} c"', 'a ${f("b", "\n")} c'),
        (r'"${f(\"b\")}\n"', '${f(\\"b\\")}\n'),
        ('"$${x} $5"', "$${x} $5"),
        ("5", 5),
        ("-5", -5),
        ("0x1F", 31),
        ("0600", 384),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("true", True),
        ("false", False),
        ("[]", []),
        ('["a", 1, true, [2], {b = 3}]', ["a", 1, True, [2], {"b": 3}]),
        ('[\n  "a", # why\n  "b",\n]', ["a", "b"]),
        ("{}", {}),
        ('{ a = 1, "b c" = 2 }', {"a": 1, "b c": 2}),
        ("<<EOT\none\n  two\nEOT\n", "one\n  two\n"),
        ("<<EOT\nEOT\n", ""),
        ("<<EOT\r\none\r\nEOT\r\n", "one\r\n"),
        ("<<-EOT\n    one\n      two\n    EOT\n", "one\n  two\n"),
        ("<<-EOT\n    one\n  two\n    EOT\n", "    one\n  two\n"),
        ("<<EOT\n  one\n  EOT\n", "  one\n"),
        ("[<<A\n1\nA\n, <<B\n2\nB\n]", ["1\n", "2\n"]),
    ],
)
def test_values(source: str, expected: object) -> None:
    """Every form of value gives the value that HCL 1 gives it."""
    found = _value(source)
    assert (found, type(found)) == (expected, type(expected))


def test_keys_and_labels() -> None:
    """Keys may be bare or quoted and hold dots, dashes and letters of any script; labels follow them."""
    document = parse('a.b-c_1 = 1\n"quoted key" = 2\n\u00e9 "x" bare { y {} }')
    assert [[key.text for key in item.keys] for item in document.items] == [
        ["a.b-c_1"],
        ["quoted key"],
        ["\u00e9", "x", "bare"],
    ]


def test_comments_and_blanks() -> None:
    """All three kinds of comment vanish, wherever they stand; a byte order mark and `\\r\\n` do too."""
    text = "\ufeff# a\r\n// b\r\n/* c\n * d */ x = /* e */ 1 // f\r\n#"
    assert plain(parse(text)) == {"x": 1}


def test_repeated_blocks_stay_apart() -> None:
    """Two blocks with the same name and label are two blocks, each with its place."""
    document = parse('path "a" {\n  x = 1\n}\npath "a" {\n  x = 2\n}\n')
    found = [(block.labels, plain(block.body), block.pos) for block in document.blocks("path", labels=1)]
    assert found == [(("a",), {"x": 1}, Position(1, 6)), (("a",), {"x": 2}, Position(4, 6))]


@pytest.mark.parametrize(
    "text",
    [
        'listener "tcp" { address = "a" }\nlistener "tcp" { address = "b" }\nlistener "unix" { address = "c" }',
        'listener { tcp { address = "a" } }\nlistener { tcp = { address = "b" } unix { address = "c" } }',
        'listener = [{ tcp = { address = "a" } }, { tcp = { address = "b" }, unix { address = "c" } }]',
        '{"listener": [{"tcp": {"address": "a"}}, {"tcp": {"address": "b"}}, {"unix": {"address": "c"}}]}',
        '{"listener": {"tcp": [{"address": "a"}, {"address": "b"}], "unix": {"address": "c"}}}',
        '{"listener": {"tcp": {"address": "a"}, "tcp": {"address": "b"}}, "listener": {"unix": {"address": "c"}}}',
    ],
)
def test_every_spelling_of_a_labelled_block(text: str) -> None:
    """A block with a label is found the same way however it is spelled, in HCL and in JSON."""
    found = [(block.labels, plain(block.body)) for block in parse(text).blocks("listener", labels=1)]
    assert found == [(("tcp",), {"address": "a"}), (("tcp",), {"address": "b"}), (("unix",), {"address": "c"})]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('listener "tcp" "x" {}', 1, 16),
        ("listener = 5", 1, 12),
        ('listener {\n  tcp = "x"\n}', 2, 9),
        ('listener {\n  tcp "x" {}\n}', 2, 3),
        ('{"listener": {"tcp": 5}}', 1, 22),
    ],
)
def test_what_is_no_block(text: str, line: int, column: int) -> None:
    """A value where a block must be, and a label too many, are refused with their place."""
    with pytest.raises(HclError) as caught:
        list(parse(text).blocks("listener", labels=1))
    assert caught.value.pos == Position(line, column)


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("path", 1, 5, 'expected "{" or "=" after the key path, found the end of the text'),
        ('path "a"\n', 2, 1, 'expected "{" after path "a", found the end of the text'),
        ('path "a" = {}', 1, 10, 'expected "{" after path "a", found "="'),
        ("a = {\n  b = 1\n", 3, 1, 'expected a key or "}" for the "{" of line 1, found the end of the text'),
        ('x = ["a" "b"]', 1, 10, 'expected "," or "]" for the "[" of line 1, found a quoted text'),
        ('x = ["a"', 1, 9, 'expected "," or "]" for the "[" of line 1, found the end of the text'),
        ("x = [,]", 1, 6, 'expected a value or "]", found ","'),
        ("x = hunter2", 1, 5, "expected a value for x (a text needs double quotes), found an unquoted word"),
        ("x = \n}", 2, 1, 'expected a value for x, found "}"'),
        ("}", 1, 1, 'expected a key or the end of the text, found "}"'),
        ("= 1", 1, 1, 'expected a key or the end of the text, found "="'),
        ("true = 1", 1, 1, "expected a key or the end of the text, found a boolean"),
        ('x = "a\nb"', 1, 5, "expected a closing quote, found the end of the line"),
        ('\n  x = "a', 2, 7, "expected a closing quote, found the end of the text"),
        ('x = "${"', 1, 5, "expected a closing quote, found the end of the text"),
        ('x = "\\q"', 1, 5, "a text with an unknown escape; a backslash itself is written as two"),
        ('x = "\\ud800"', 1, 5, "a text with an escape that names no character"),
        ('x = "\\xff"', 1, 5, "a text with an escape that names no character"),
        ("x = 'a'", 1, 5, "expected a double quote, found U+0027"),
        ("x = \u201ca\u201d", 1, 5, 'expected a double quote, found "\u201c"'),
        ("x = <<EOT\na\n", 1, 5, "expected the heredoc's closing 'EOT', found the end of the text"),
        ("x = <<EOT }", 1, 5, 'expected a word and the end of the line after "<<"'),
        ("/* x", 1, 1, "expected a key, a value or a comment, found a comment that nothing ends"),
        ("x = 1 / 2", 1, 7, 'expected a key, a value or a comment, found a lone "/"'),
        ("x = 12ab", 1, 5, "expected a number, found one with other characters at its end"),
        ("x = 1.2.3", 1, 5, "expected a number, found one with other characters at its end"),
        ("x = 08", 1, 5, "expected an octal number after the leading zero, found a digit above 7"),
        ("x = 9223372036854775808", 1, 5, "expected a number of at most 64 bits, found a larger one"),
        ("x = 1e999", 1, 5, "expected a number of at most 64 bits, found a larger one"),
        ("a = 1;", 1, 6, 'illegal character ";"'),
        ("a: 1", 1, 2, 'illegal character ":"'),
        ("a = 1\n\u00a0", 2, 1, "illegal character U+00A0"),
        ("a\nb\x00", 2, 2, "a character that no text may hold (NUL or half a surrogate pair)"),
        ('{"a": 1 "b": 2}', 1, 9, 'expected "," or "}" for the bracket of line 1, found a quoted text'),
        ('{"a": 1', 1, 8, 'expected "," or "}" for the bracket of line 1, found the end of the text'),
        ('{"a" = 1}', 1, 6, 'expected ":" after the key, found something else'),
        ("{\n a: 1}", 2, 2, "expected a quoted key, found something else"),
        ('{"a": 01}', 1, 7, "expected a value, found something else"),
        ('{"a": }', 1, 7, 'expected a value, found "}"'),
        ('{"a": 1} x', 1, 10, "expected the end of the text, found something else"),
        ('{"a": "\n"}', 1, 7, "expected a quoted text: invalid control character at"),
        ('{"a": "\\ud800"}', 1, 7, "a character that no text may hold (NUL or half a surrogate pair)"),
        ('{"a": [1,,2]}', 1, 10, 'expected a value, found ","'),
    ],
)
def test_errors_say_where_and_what(text: str, line: int, column: int, problem: str) -> None:
    """Each error names the line, the column, what was expected and what was found."""
    with pytest.raises(HclError) as caught:
        parse(text)
    assert (caught.value.pos, caught.value.problem) == (Position(line, column), problem)
    assert caught.value.text == f"At {line}:{column}: {problem}"
    assert isinstance(caught.value, InvalidRequest)


def test_errors_never_quote_a_value() -> None:
    """A password without quotes, or with wrong ones, isn't repeated in the error."""
    for text in ("password = hunter2", "password = 'hunter2'", 'password = "hunter2'):
        with pytest.raises(HclError) as caught:
            parse(f"storage {{ {text} }}")
        assert "hunter2" not in caught.value.text


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("x = 1", Limits(characters=4)),
        ("a {\n b {\n c {} } }", Limits(depth=2)),
        ("x = [[[]]]", Limits(depth=2)),
        ('{"a": {"b": {}}}', Limits(depth=2)),
        ("a = 1\nb = 2", Limits(nodes=3)),
        ('{"a": [1, 2, 3]}', Limits(nodes=3)),
    ],
)
def test_limits(text: str, limits: Limits) -> None:
    """A text over a limit is refused; the same text is taken without it."""
    with pytest.raises(HclError, match="expected at most"):
        parse(text, limits)
    assert isinstance(parse(text), ObjectNode)


def test_the_default_depth_is_no_stack_overflow() -> None:
    """Thousands of brackets end in an error of ours."""
    for text in ("x = " + "[" * 100_000, "a {" * 100_000, '{"a":' * 100_000):
        with pytest.raises(HclError, match="nested"):
            parse(text)


def test_json() -> None:
    """JSON gives the same tree; a repeated key and a trailing comma are kept and let pass."""
    document = parse(' {"a": {"b": [1, -2.5e1, "\\u00e9", true, null,],}, "a": {}}')
    assert [plain(item.value) for item in document.named("a")] == [{"b": [1, -25.0, "\u00e9", True, None]}, {}]
    assert is_json('\ufeff\n {"a": 1}')
    assert not is_json("a = {}")


def test_positions_reach_every_node() -> None:
    """Keys and values know their line and column, in HCL and in JSON."""
    hcl = parse('a "b" {\n\tc = [1,\n 2]\n}')
    inner = hcl.items[0].value
    assert isinstance(inner, ObjectNode)
    assert [key.pos for key in hcl.items[0].keys] == [Position(1, 1), Position(1, 3)]
    assert (inner.pos, inner.items[0].pos, inner.items[0].value.pos) == (Position(1, 7), Position(2, 2), Position(2, 6))
    json = parse('{\n  "a":\n    5}')
    assert (json.items[0].pos, json.items[0].value) == (Position(2, 3), Literal(5, Position(3, 5)))
    assert json.items[0].value.pos == Position(3, 5)


_UNTIDY = """path   "a"   {
 capabilities=[ "read" ,"list" ]
  policy = "read" # why



 comment = "1",
 # above
 allowed_parameters = { x = ["1"
 , "2"], "long name" = [] }
}
path "b" {}
path "c" { capabilities = [] } // behind
/* before
   d */ path "d"
{
  capabilities = ["create", # one
     "read"]
}
# end"""
_TIDY = """path "a" {
  capabilities = ["read", "list"]
  policy       = "read"           # why

  comment = "1"

  # above
  allowed_parameters = {
    x = [
      "1",
      "2",
    ]

    "long name" = []
  }
}

path "b" {}

path "c" {
  capabilities = []
} // behind

/* before
   d */
path "d" {
  capabilities = [
    "create", # one
    "read",
  ]
}

# end
"""


def test_format() -> None:
    """The layout of `policy fmt`: two blanks, aligned assignments, comments and quoting kept."""
    assert format_policy(_UNTIDY) == _TIDY
    assert format_policy("x = <<EOT\n a\nEOT\ny = [<<E\nb\nE\n]") == "x = <<EOT\n a\nEOT\n\ny = [\n  <<E\nb\nE\n,\n]\n"
    assert format_policy('{"a": 1}') == '{"a": 1}'
    assert format_policy("") == ""
    with pytest.raises(HclError):
        format_policy("a")
