"""On which line of a TOML text each key stands; `tomllib` reads the values but does not tell."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys from the root down; an item of a list by its position from 0."""

TOKEN = re.compile(
    r'''
      (?P<blank>[ \t\r]+ | \#[^\n]*)
    | (?P<newline>\n)
    | (?P<string>"""(?:\\.|[^\\])*?"""+ | \'\'\'.*?\'\'\'+ | "(?:\\.|[^"\\])*" | '[^']*')
    | (?P<mark>[\[\]{}=,.])
    | (?P<bare>[^\[\]{}=,.\s"'\#]+)
    ''',
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "blank":
            yield Token(kind, match[0], line)
        line += match[0].count("\n")
    yield Token("end", "", line)


class Lines:
    """Where the keys of a TOML text stand that `tomllib` accepts; of any other text the answers mean nothing."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {(): 1}
        self._items: Counter[Path] = Counter()
        self._rest = tokens(text)
        self._token = next(self._rest)
        self._document()

    def of(self, path: Path) -> int:
        """The line of a key, else of the nearest table around it that the text names."""
        while path not in self._found:
            path = path[:-1]
        return self._found[path]

    def _document(self) -> None:
        table: Path = ()
        while self._token.kind != "end":
            if self._token.text == "[":
                table = self._header()
            elif self._token.kind == "newline":
                self._take()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`, the table that the keys below it belong to."""
        line = self._take().line
        is_item = self._skip("[")
        path = self._below((), self._key())
        if is_item:
            path = (*path, self._items[path])
            self._items[path[:-1]] += 1
        self._note(path, line)
        while self._skip("]"):
            pass
        return path

    def _below(self, table: Path, keys: Sequence[str]) -> Path:
        """A key's path; what is below a list of tables belongs to its last item."""
        for key in keys:
            if last := self._items[table]:
                table = (*table, last - 1)
            table = (*table, key)
        return table

    def _pair(self, table: Path) -> None:
        line = self._token.line
        path = self._below(table, self._key())
        self._note(path, line)
        self._skip("=")
        self._value(path)

    def _key(self) -> list[str]:
        keys = [unquoted(self._take())]
        while self._skip("."):
            keys.append(unquoted(self._take()))
        return keys

    def _value(self, path: Path) -> None:
        if self._skip("["):
            self._array(path)
        elif self._skip("{"):
            self._inline_table(path)
        else:
            # At least one token, so that this always ends; a number or a date may be several.
            self._take()
            while self._token.kind not in ("newline", "end") and self._token.text not in (",", "]", "}"):
                self._take()

    def _array(self, path: Path) -> None:
        position = 0
        while not self._closes("]"):
            if self._token.kind == "newline" or self._token.text == ",":
                self._take()
                continue
            self._note((*path, position), self._token.line)
            self._value((*path, position))
            position += 1

    def _inline_table(self, path: Path) -> None:
        while not self._closes("}"):
            if self._token.kind == "newline" or self._token.text == ",":
                self._take()
                continue
            self._pair(path)

    def _note(self, path: Path, line: int) -> None:
        """A key also names the tables around it, unless these stood earlier."""
        for length in range(1, len(path) + 1):
            self._found.setdefault(path[:length], line)

    def _take(self) -> Token:
        token = self._token
        self._token = next(self._rest, token)
        return token

    def _skip(self, mark: str) -> bool:
        if self._token.kind != "mark" or self._token.text != mark:
            return False
        self._take()
        return True

    def _closes(self, mark: str) -> bool:
        return self._token.kind == "end" or self._skip(mark)


def unquoted(key: Token) -> str:
    """The name that a key token stands for."""
    if key.kind == "bare":
        return key.text
    return str(tomllib.loads(f"key = {key.text}")["key"])
