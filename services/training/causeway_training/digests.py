"""Content digests: `sha256:` and 64 hexadecimal digits."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def digest_bytes(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    return digest_bytes(path.read_bytes())


def canonical_json(value: Any) -> str:
    """JSON text that is the same for the same value: sorted keys, two spaces, one final newline, no
    NaN.

    Floats keep 10 significant digits, so that the last bits of a sum do not change a digest.
    """
    return (
        json.dumps(_rounded(value), sort_keys=True, indent=2, allow_nan=False, ensure_ascii=False)
        + "\n"
    )


def digest_json(value: Any) -> str:
    return digest_bytes(canonical_json(value).encode())


def digest_listing(root: Path, files: Iterable[Path]) -> str:
    """Digest over a canonical listing: one line `<digest>  <path from root>` per file, sorted by
    path."""
    lines = sorted((path.relative_to(root).as_posix(), digest_file(path)) for path in files)
    return digest_bytes("".join(f"{digest}  {name}\n" for name, digest in lines).encode())


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    number = float(value)
    if math.isnan(number) or math.isinf(number):
        return None
    return float(f"{number:.10g}")
