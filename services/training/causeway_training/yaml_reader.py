"""Reads YAML 1.2 (core schema), and refuses what a reader of YAML 1.1 would take for something
else."""

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
_WHOLE = "(whole input)"
_TAG = "tag:yaml.org,2002:"
#: Plain scalars that YAML 1.1 and 1.2 read differently; services/contract/yaml.ts reads the list
#: too.
_AMBIGUOUS = [
    (re.compile(form["expression"], re.ASCII), form["readings"])
    for form in json.loads(
        (SERVICES / "contract" / "ambiguous-scalars.json").read_text(encoding="utf-8")
    )
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
        text = data.decode("utf-8")
        if re.search("[\u0085\u2028\u2029]", text):
            raise _NotYaml("one of the characters U+0085, U+2028 and U+2029")
        reader = _Reader(text)
        return reader.document(), reader.problems
    except UnicodeDecodeError:
        return None, [Problem(_WHOLE, "bytes that are no UTF-8", "text in UTF-8")]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [
            Problem(_WHOLE, f"{error.problem} ({mark.line + 1}:{mark.column + 1})", "YAML")
        ]
    except (YAMLError, _NotYaml, RecursionError) as error:
        return None, [Problem(_WHOLE, str(error).split("\n")[0], "YAML")]


class _NotYaml(Exception):
    pass


class _Reader:
    """Builds the value of one document from the events of the parser."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._events = YAML(typ="safe", pure=True).parse(text)
        self._anchors: dict[str, Any] = {}
        self._aliases = 0

    def document(self) -> Any:
        events = list(self._events)
        starts = sum(isinstance(event, DocumentStartEvent) for event in events)
        if starts != 1:
            raise _NotYaml(f"expected one document, got {starts}")
        self._events = iter(events[2:])
        return self._value(next(self._events), ())

    def _value(self, event: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor)
        if event.anchor is not None:
            self._anchors[event.anchor] = ...
        if isinstance(event, ScalarEvent):
            value = self._scalar(event, path)
        elif isinstance(event, SequenceStartEvent):
            value = self._sequence(event, path)
        else:
            value = self._mapping(event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _alias(self, name: str) -> Any:
        self._aliases += 1
        if self._aliases > MAXIMUM_ALIASES:
            raise _NotYaml(f"more than {MAXIMUM_ALIASES} aliases")
        if self._anchors.get(name, ...) is ...:
            raise _NotYaml(f"*{name} has no anchor, or is inside of it")
        return self._anchors[name]

    def _scalar(self, event: ScalarEvent, path: tuple[str | int, ...]) -> Any:
        if _is_plain(event):
            self._refuse_ambiguous(event.value, path)
            return _resolved(event.value)
        _check_tag(event, "str")
        return event.value

    def _sequence(self, event: SequenceStartEvent, path: tuple[str | int, ...]) -> list:
        _check_tag(event, "seq")
        items: list = []
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            items.append(self._value(inner, (*path, len(items))))
        return items

    def _mapping(self, event: MappingStartEvent, path: tuple[str | int, ...]) -> dict:
        _check_tag(event, "map")
        pairs: dict[str, Any] = {}
        while not isinstance(key := next(self._events), MappingEndEvent):
            if not isinstance(key, ScalarEvent):
                raise _NotYaml("a key must be a scalar")
            if key.value in pairs:
                raise _NotYaml(f"duplicated mapping key {key.value}")
            if _is_plain(key):
                self._refuse_ambiguous(key.value, (*path, key.value))
            pairs[key.value] = self._value(next(self._events), (*path, key.value))
        return pairs

    def _refuse_ambiguous(self, text: str, path: tuple[str | int, ...]) -> None:
        for expression, readings in _AMBIGUOUS:
            if expression.fullmatch(text):
                allowed = (
                    "quotes around it if it is text, else a form that all read alike: "
                    f"{text} is {readings}"
                )
                self.problems.append(Problem(path_name(path), text, allowed))
                return


def _is_plain(event: ScalarEvent) -> bool:
    """Whether a scalar has neither quotes nor a tag, so that its form says what it is."""
    return event.implicit[0] and event.tag is None


def _check_tag(event: Any, name: str) -> None:
    if event.tag not in (None, "!", _TAG + name):
        raise _NotYaml(f"unknown tag {event.tag}")


def _resolved(text: str) -> Any:
    """A scalar without quotes by the core schema of YAML 1.2 (section 10.3.2)."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return text
    if text.startswith("0x"):
        whole = int(text, 16)
    elif re.fullmatch(r"[-+]?\d+", text):
        # Python refuses to read whole numbers of thousands of digits.
        whole = int(text) if len(text) < 20 else None
    else:
        return float(text)
    return whole if whole is not None and abs(whole) <= _SAFE else float(whole or text)
