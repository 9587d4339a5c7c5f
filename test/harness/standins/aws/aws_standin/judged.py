"""Judges resources as if they were made again with other policies of their keys.

The file is JSON: a list of `key` (ARN), `policy` (its text), `type`, `region` and `inputs` of a
resource. Prints a list with what the first call of each is refused for; nothing is made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from . import kinds  # noqa: F401
from .account import Account
from .kind import KINDS
from .models import Refused


class _Passed(Exception):
    """A call that nothing refused."""


def _stop(**_: Any) -> None:
    raise _Passed


class _Dry(Account):
    """An account whose clients make no call that is judged."""

    def __getitem__(self, service: str) -> Any:
        client = super().__getitem__(service)
        client.meta.events.register_last("provide-client-params.*.*", _stop)
        return client


def problems(case: dict[str, Any]) -> list[str]:
    """What the first call of a resource is refused for."""
    # Some services take no empty map of tags, and the provider always has default ones.
    account = _Dry(case["region"], {"judged": "again"})
    key, region = case["key"], case["key"].split(":")[3]
    kms = account.unjudged("kms", region)
    before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=case["policy"])
    try:
        KINDS[case["type"]].create(account, case["inputs"])
    except Refused as error:
        return error.problems
    except _Passed:
        return []
    finally:
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=before)
    return []


def main(file: str) -> None:
    cases = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps([problems(case) for case in cases]))


main(sys.argv[1])
