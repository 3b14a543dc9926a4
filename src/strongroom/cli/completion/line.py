"""A command line up to the cursor, as words.  (p)"""

from __future__ import annotations

_PLAIN, _SINGLE, _DOUBLE = "", "'", '"'


def split(line: str) -> list[str]:
    """The words of a line, as a shell reads them; the last one is that at the cursor, empty behind a blank.

    What is quoted may be unfinished: the person is still typing.
    """
    words, word, quote, begun = [], "", _PLAIN, False
    letters = iter(line)
    for letter in letters:
        if letter == "\\" and quote != _SINGLE:
            word += next(letters, "")
            begun = True
        elif quote:
            if letter == quote:
                quote = _PLAIN
            else:
                word += letter
        elif letter in "'\"":
            quote, begun = letter, True
        elif letter in " \t\n":
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word += letter
            begun = True
    return [*words, word]
