"""Reads YAML 1.2 (core schema), and refuses what readers of YAML understand differently.

services/contract/yaml.ts reads the same; test/contracts holds the two equal.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from .errors import Problem, path_name
from .provenance import SERVICES

#: Most aliases of a document: aliases of aliases multiply.
MAXIMUM_ALIASES = 20
#: Most collections around a scalar.
MAXIMUM_DEPTH = 32
#: Largest text in bytes.
MAXIMUM_BYTES = 256 * 1024
#: Longest key: readers differ about keys that are longer than a line.
_MAXIMUM_KEY_CHARACTERS = 128
_WHOLE = "(whole input)"
#: What follows a key.
_COLON = re.compile(" *:")


def _forms(name: str) -> list[dict[str, Any]]:
    return json.loads((SERVICES / "contract" / name).read_text(encoding="utf-8"))


#: Plain scalars that YAML 1.1 and 1.2 read differently.
_AMBIGUOUS = [
    (re.compile(form["expression"], re.ASCII), form["readings"])
    for form in _forms("ambiguous-scalars.json")
]
#: What is refused before the text is taken for YAML, in time that grows with its length only.
_REFUSED = [
    (re.compile(form["expression"], re.ASCII | re.MULTILINE), form["got"], form["allowed"])
    for form in _forms("refused-yaml.json")
]
_NUMBER = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0x[\dA-Fa-f]+", re.ASCII)
_WORDS: dict[str, Any] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], math.inf),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], -math.inf),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
}
#: The largest whole number that JSON's readers hold exactly; a larger one is a float, as in
#: JavaScript.
_SAFE = 2**53 - 1


def parse_yaml(data: bytes) -> tuple[Any, list[Problem]]:
    """The value of a YAML text, mappings with texts as keys, and what is wrong with it.

    Without problems the value can be used; with one of the whole input there is no value.
    """
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None, [Problem(_WHOLE, "bytes that are no UTF-8", "text in UTF-8")]
    if problems := _text_problems(text):
        return None, problems
    reader = _Reader(text)
    try:
        return reader.document(), reader.problems
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [
            Problem(_WHOLE, f"{error.problem} ({mark.line + 1}:{mark.column + 1})", "YAML")
        ]
    except (YAMLError, _NotYaml) as error:
        return None, [Problem(_WHOLE, str(error).split("\n")[0], "YAML")]


def _text_problems(text: str) -> list[Problem]:
    size = len(text.encode("utf-8"))
    if size > MAXIMUM_BYTES:
        return [Problem(_WHOLE, f"{size} bytes", f"text of at most {MAXIMUM_BYTES} bytes")]
    return [
        Problem(_WHOLE, got, allowed)
        for expression, got, allowed in _REFUSED
        if expression.search(text)
    ]


class _NotYaml(Exception):
    pass


class _Reader:
    """Builds the value of one document from the events of the parser."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        # One event after the other: the parser takes time that grows with the square of the depth.
        self._events = YAML(typ="safe", pure=True).parse(text)
        self._anchors: dict[str, Any] = {}
        self._aliases = 0
        # Column of the innermost block collection, for each open collection.
        self._columns = [-1]

    def document(self) -> Any:
        next(self._events)
        if not isinstance(next(self._events), DocumentStartEvent):
            raise _NotYaml("expected one document, got 0")
        value = self._value(next(self._events), (), 1)
        if any(isinstance(event, DocumentStartEvent) for event in self._events):
            raise _NotYaml("expected one document, got more")
        return value

    def _value(self, event: Any, path: tuple[str | int, ...], depth: int) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor)
        if event.tag is not None:
            raise _NotYaml("a tag")
        if event.anchor is not None:
            self._anchors[event.anchor] = ...
        value = self._content(event, path, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _content(self, event: Any, path: tuple[str | int, ...], depth: int) -> Any:
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if depth > MAXIMUM_DEPTH:
            raise _NotYaml(f"more than {MAXIMUM_DEPTH} collections in each other")
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, path, depth)
        return self._mapping(event, path, depth)

    def _alias(self, name: str) -> Any:
        self._aliases += 1
        if self._aliases > MAXIMUM_ALIASES:
            raise _NotYaml(f"more than {MAXIMUM_ALIASES} aliases")
        if name not in self._anchors:
            raise _NotYaml(f"*{name} is an alias without an anchor")
        if self._anchors[name] is ...:
            raise _NotYaml(f"*{name} is an alias inside of its own anchor")
        return self._anchors[name]

    def _sequence(self, event: SequenceStartEvent, path: tuple[str | int, ...], depth: int) -> list:
        items: list = []
        self._columns.append(self._columns[-1] if event.flow_style else event.start_mark.column)
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            items.append(self._value(inner, (*path, len(items)), depth + 1))
        self._close(event, inner)
        return items

    def _mapping(self, event: MappingStartEvent, path: tuple[str | int, ...], depth: int) -> dict:
        pairs: dict[str, Any] = {}
        self._columns.append(self._columns[-1])
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not event.flow_style:
                self._columns[-1] = key.start_mark.column
            name = self._key(key, path)
            if name in pairs:
                raise _NotYaml(f"duplicated mapping key {name}")
            pairs[name] = self._value(next(self._events), (*path, name), depth + 1)
        self._close(event, key)
        return pairs

    def _close(self, start: Any, end: Any) -> None:
        """Refuses brackets with lines that are not indented more than the mapping around."""
        self._columns.pop()
        if not start.flow_style:
            return
        for line in self._text[start.start_mark.index : end.end_mark.index].split("\n")[1:]:
            content = line.lstrip(" ")
            blank = not content.strip() or content.startswith("#")
            if not blank and len(line) - len(content) <= self._columns[-1]:
                raise _NotYaml("deficient indentation")

    def _key(self, event: Any, path: tuple[str | int, ...]) -> str:
        """The text of a key, which is not resolved: `1` and `"1"` are the same."""
        if not isinstance(event, ScalarEvent) or event.tag is not None or event.anchor is not None:
            raise _NotYaml("a key must be a scalar without anchor and tag")
        self._refuse_odd_form(event)
        start, end = event.start_mark.index, event.end_mark.index
        if start == end or self._text[:start].endswith("?") or not _COLON.match(self._text, end):
            raise _NotYaml("a key must be followed by a colon on its line")
        if len(event.value) > _MAXIMUM_KEY_CHARACTERS:
            raise _NotYaml(f"a key of more than {_MAXIMUM_KEY_CHARACTERS} characters")
        if event.implicit[0]:
            self._refuse_ambiguous(event.value, (*path, event.value))
        return event.value

    def _scalar(self, event: ScalarEvent, path: tuple[str | int, ...]) -> Any:
        self._refuse_odd_form(event)
        if not event.implicit[0]:
            return event.value
        self._refuse_ambiguous(event.value, path)
        return _resolved(event.value)

    def _refuse_odd_form(self, event: ScalarEvent) -> None:
        if event.implicit[0] and re.search(r"^[?:]|:\Z", event.value):
            raise _NotYaml("text that starts with ? or : or ends with :, without quotes")
        if event.style not in ("'", '"'):
            return
        start = self._text.index(event.style, event.start_mark.index)
        if "\n" in self._text[start : event.end_mark.index]:
            raise _NotYaml("text in quotes over several lines; write it after | or >")
        if self._text.startswith("#", event.end_mark.index):
            raise _NotYaml("a comment directly after a quote")

    def _refuse_ambiguous(self, text: str, path: tuple[str | int, ...]) -> None:
        for expression, readings in _AMBIGUOUS:
            if expression.fullmatch(text):
                allowed = (
                    "quotes around it if it is text, else a form that all read alike: "
                    f"{text} is {readings}"
                )
                self.problems.append(Problem(path_name(path), text, allowed))
                return


def _resolved(text: str) -> Any:
    """A scalar without quotes by the core schema of YAML 1.2 (section 10.3.2)."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return text
    if text.startswith("0x"):
        whole = int(text, 16)
        try:
            return whole if whole <= _SAFE else float(whole)
        except OverflowError:
            return math.inf
    if re.fullmatch(r"[-+]?\d+", text) and len(text) < 20 and abs(int(text)) <= _SAFE:
        return int(text)
    return float(text)
