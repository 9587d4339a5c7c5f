"""Reads JSON that somebody else wrote, and refuses what readers could understand differently.

services/contract/json.ts reads the same.
"""

from __future__ import annotations

import json
import re
from typing import Any

#: Most collections around a value, in JSON as in YAML: a walk over any input ends.
MAXIMUM_DEPTH = 32
#: A text, also one that does not end, or the start or end of a collection.
_PARTS = re.compile(r'"(?:[^"\\]+|\\.)*"?|[][{}]', re.DOTALL)


def parse_json(data: str | bytes) -> Any:
    """The value of a JSON text.

    Raises ValueError for what is none, for an object that has a key twice, and for more than
    MAXIMUM_DEPTH collections in each other.
    """
    text = data if isinstance(data, str) else data.decode("utf-8")
    depth = 0
    for part in _PARTS.finditer(text):
        sign = part.group()
        depth += (sign in ("[", "{")) - (sign in ("]", "}"))
        if depth > MAXIMUM_DEPTH:
            raise ValueError(f"more than {MAXIMUM_DEPTH} collections in each other")
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {json.dumps(key[:80])} twice")
        found[key] = value
    return found
