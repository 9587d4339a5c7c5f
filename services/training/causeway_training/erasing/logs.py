"""Lines of a subject in Elasticsearch: deleted by query, and out of the segments by a merge."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .subject import Subject

#: The stream with a line for each prediction; the others name no subject.
STREAM = "causeway-predictions"
#: Restored copies of it lie beside it.
RESTORED = "restored-*"


@dataclass(frozen=True)
class LogStore:
    """An Elasticsearch, and the account that may delete lines of predictions."""

    url: str
    account: str
    password: str
    authority: Path | None = None

    def erase(self, subject: Subject) -> int:
        """Deletes the subject's lines; returns how many those were. Indices of the past are read-only: the block is lifted for the work."""
        query = {"query": {"terms": {"causeway.subject": sorted(subject.pseudonyms)}}}
        blocked = self._blocked()
        try:
            for index in blocked:
                self._send("PUT", f"/{index}/_settings", {"index.blocks.write": False})
            options = "conflicts=proceed&refresh=true&ignore_unavailable=true&allow_no_indices=true"
            deleted = self._send("POST", f"/{STREAM},{RESTORED}/_delete_by_query?{options}", query)["deleted"]
            # A deleted document stays in its segment until that is merged.
            self._send("POST", f"/{STREAM},{RESTORED}/_forcemerge?only_expunge_deletes=true&ignore_unavailable=true&allow_no_indices=true", None)
        finally:
            for index in blocked:
                self._send("PUT", f"/{index}/_settings", {"index.blocks.write": True})
        return int(deleted)

    def count(self, subject: Subject) -> int:
        """How many lines name the subject."""
        query = {"query": {"terms": {"causeway.subject": sorted(subject.pseudonyms)}}}
        return int(self._send("POST", f"/{STREAM},{RESTORED}/_count?ignore_unavailable=true&allow_no_indices=true", query)["count"])

    def _blocked(self) -> list[str]:
        settings = self._send("GET", f"/{STREAM},{RESTORED}/_settings/index.blocks.write?flat_settings=true&ignore_unavailable=true&allow_no_indices=true", None)
        return sorted(name for name, found in settings.items() if found.get("settings", {}).get("index.blocks.write") == "true")

    def _send(self, method: str, path: str, body: dict | None) -> dict:
        token = base64.b64encode(f"{self.account}:{self.password}".encode()).decode()
        headers = {"authorization": f"Basic {token}", "content-type": "application/json"}
        request = urllib.request.Request(self.url.rstrip("/") + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        context = ssl.create_default_context(cafile=str(self.authority)) if self.url.startswith("https:") else None
        try:
            with urllib.request.urlopen(request, timeout=600, context=context) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise InputError(self.url, [f"{method} {path.split('?')[0]}: status {error.code}"]) from None
        except urllib.error.URLError as error:
            raise InputError(self.url, [f"cannot be reached: {error.reason}"]) from None
