"""Prints the URN of each resource of a state, given as a file of JSON, that is still there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from botocore.exceptions import ClientError

from . import kinds  # noqa: F401
from .account import Account, gone
from .kind import KINDS


def main(file: str) -> None:
    accounts: dict[str, Account] = {}
    for resource in json.loads(Path(file).read_text(encoding="utf-8")):
        outputs = resource["outputs"]
        region = outputs["region"]
        account = accounts.setdefault(region, Account(region, {}))
        try:
            found = KINDS[resource["type"]].exists(account, {**outputs, "id": resource["id"]})
        except ClientError as error:
            if not gone(error):
                raise
            continue
        if found not in (None, False, []):
            print(resource["urn"])


main(sys.argv[1])
