"""Holds the parameters of each call against botocore's models of the services.

boto3 checks types and required members alone; the models say enumerations, patterns and lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import regex
from botocore.model import Shape


class Refused(Exception):
    """A call that AWS would refuse, with every reason."""

    def __init__(self, call: str, problems: list[str]) -> None:
        super().__init__(f"{call}: " + "; ".join(problems))
        self.problems = problems


def problems_of(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Every way in which a value does not fit its shape: key, value and what is allowed."""
    if value is None:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from problems_of(value[name], member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        yield from _size(len(value), shape, path, "items")
        for i, item in enumerate(value):
            yield from problems_of(item, shape.member, f"{path}[{i}]")
    elif shape.type_name == "map":
        yield from _size(len(value), shape, path, "entries")
        for key, item in value.items():
            yield from problems_of(key, shape.key, f"{path}.{key}")
            yield from problems_of(item, shape.value, f"{path}.{key}")
    elif shape.type_name == "string":
        yield from _text(value, shape, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _size(value, shape, path, "")


def _text(value: str, shape: Shape, path: str) -> Iterator[str]:
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        yield f"{path}: got {value!r}, allowed: {', '.join(allowed)}"
    yield from _size(len(value), shape, path, "characters")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).search(value):
        yield f"{path}: got {value!r}, allowed: text that matches {pattern}"


def _size(size: float, shape: Shape, path: str, unit: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and size < least) or (most is not None and size > most):
        limits = f"{'' if least is None else least} to {'' if most is None else most}"
        yield f"{path}: got {size} {unit}".rstrip() + f", allowed: {limits}"


#: Java writes a character above U+FFFF as the two halves of its pair.
_SPELLINGS = {
    r"\p{InBasicLatin}": r"\u0000-\u007F",
    r"\z": r"\Z",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
}


@cache
def _compiled(pattern: str) -> regex.Pattern:
    # The services anchor patterns that the models write without anchors.
    anchored = pattern if pattern.startswith("^") else f"^(?:{pattern})$"
    return regex.compile(_python(anchored))


def _python(pattern: str) -> str:
    """A pattern of the models, which are written for Java, in Python's spelling."""
    for java, python in _SPELLINGS.items():
        pattern = pattern.replace(java, python)
    return pattern
