"""The shape of a contract: `model.schema.json`, which `npm run docs` makes from services/contract.

Names the keys that are wrong as the TypeScript readers of the schema do.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from .errors import NOTHING, Problem, path_name

_KINDS = {
    "object": "a mapping of keys",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
#: Keywords under which a value of the right kind can be wrong.
_VALUE_KEYWORDS = frozenset(
    {
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "minItems",
        "additionalProperties",
    }
)


@cache
def schema() -> dict[str, Any]:
    path = Path(__file__).resolve().parent / "model.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


def shape_problems(value: Any) -> list[Problem]:
    """Every field of a contract that has not the shape of the schema."""
    found = [
        problem for error in _validator().iter_errors(value) for problem in _problems(error, value)
    ]
    return list({problem.key: problem for problem in found}.values())


def with_defaults(value: Any, shape: dict[str, Any] | None = None) -> Any:
    """A well-formed value with every default of the schema filled in."""
    shape = schema() if shape is None else shape
    if isinstance(value, list):
        return [with_defaults(item, shape.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    chosen = next((branch for branch in shape.get("oneOf", []) if _chosen(branch, value)), shape)
    fields = chosen.get("properties", {})
    given = {
        key: with_defaults(value[key], field) if key in value else field["default"]
        for key, field in fields.items()
        if key in value or "default" in field
    }
    return {**value, **given}


@cache
def _validator() -> Draft202012Validator:
    checker = Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number).redefine(
        "integer", lambda _, value: _is_number(_, value) and float(value).is_integer()
    )
    kind = extend(Draft202012Validator, {"pattern": _pattern}, type_checker=checker)
    return kind(schema())


def _is_number(_: Any, value: Any) -> bool:
    """JSON has neither infinity nor NaN."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Expressions are JavaScript's: `$` is the end of the text, and digits and spaces are ASCII."""
    if isinstance(value, str):
        expression = re.sub(r"(?<!\\)\$$", r"\\Z", pattern)
        if not re.search(expression, value, re.ASCII):
            yield ValidationError(f"does not match {pattern}")


def _problems(error: ValidationError, value: Any) -> Iterable[Problem]:
    path, given, keyword = list(error.absolute_path), error.instance, error.validator
    if keyword == "required":
        missing = [key for key in error.validator_value if key not in given]
        fields = error.schema["properties"]
        return [Problem(path_name([*path, key]), NOTHING, _allowed(fields[key])) for key in missing]
    if keyword == "additionalProperties":
        unknown = [key for key in given if key not in error.schema["properties"]]
        allowed = f"no such key; one of {', '.join(error.schema['properties'])}"
        return [Problem(path_name([*path, key]), given[key], allowed) for key in unknown]
    if keyword in ("oneOf", "anyOf"):
        return _branch_problems(error, path, value)
    return [Problem(path_name(path), given, _allowed(error.schema))]


def _branch_problems(error: ValidationError, path: list, value: Any) -> Iterable[Problem]:
    """Of a choice: what is wrong in the branch that is meant, where it is clear which that is."""
    given, branches = error.instance, error.validator_value
    inner: dict[int, list[ValidationError]] = {}
    for one in error.context:
        inner.setdefault(one.schema_path[0], []).append(one)
    if error.validator == "oneOf" and isinstance(given, dict):
        meant = [i for i, branch in enumerate(branches) if _chosen(branch, given)]
        if not meant:
            kinds = [text for branch in branches for text in _texts(branch["properties"]["type"])]
            got = given.get("type", NOTHING)
            return [Problem(path_name([*path, "type"]), got, f"one of {', '.join(kinds)}")]
    else:
        meant = [
            i for i, found in inner.items() if all(e.validator in _VALUE_KEYWORDS for e in found)
        ]
    if len(meant) != 1:
        allowed = " or ".join(_allowed(branch) for branch in branches)
        return [Problem(path_name(path), given, allowed)]
    return [p for one in inner.get(meant[0], []) for p in _problems(one, value)]


def _chosen(branch: dict[str, Any], value: dict) -> bool:
    """Whether a value says by its `type` that it is meant to be this branch of a choice."""
    return value.get("type") in _texts(branch["properties"].get("type", {}))


def _texts(shape: dict[str, Any]) -> list[str]:
    return shape.get("enum") or ([shape["const"]] if "const" in shape else [])


def _allowed(shape: dict[str, Any]) -> str:
    """What a field may be, in words."""
    if "description" in shape:
        return shape["description"]
    if texts := _texts(shape):
        return ", ".join(texts)
    kind = _KINDS.get(shape.get("type", ""), "another value")
    limits = [
        f"{words} {shape[key]}"
        for key, words in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "more than"),
            ("maximum", "at most"),
            ("minItems", "with at least"),
            ("minLength", "of a length of at least"),
        )
        if key in shape and abs(shape[key]) < 2**53 - 1
    ]
    return " ".join([kind, *limits])
