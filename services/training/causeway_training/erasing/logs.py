"""Lines of a subject in Elasticsearch: found, deleted by query, and out of the segments by a
merge."""

from __future__ import annotations

import argparse
import base64
import json
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError
from .authority import authority
from .subject import Subject

#: Lines that name a subject; until 2026-11-29 those of predictions did, and restored copies of them
#: lie beside.
INDICES = "causeway-subjects,causeway-predictions,restored-*"
#: A stream that has no line yet, and no restored copy, are no mistake.
LENIENT = "ignore_unavailable=true&allow_no_indices=true"
#: Lines fetched at a time.
_PAGE = 1_000


@dataclass(frozen=True)
class LogStore:
    """An Elasticsearch, and the account that may delete lines of subjects."""

    url: str
    account: str
    password: str
    #: Certificates in PEM of the authority that Elasticsearch is signed by; the system's where
    #: there are none.
    authority: str | None = None
    #: Seconds that deleted lines may take to leave their segments, and between two merges. The
    #: server lets go of what a copy of a shard may yet have to catch up with every 30 seconds.
    patience: float = 180.0
    pause: float = 5.0

    def told(self, subject: Subject) -> Subject:
        """The subject with the predictions that its lines name: what feedback names instead of a
        subject."""
        for line in self._lines(subject):
            if isinstance(line.get("predictionId"), str):
                subject = subject.with_predictions(line["predictionId"], int(line.get("rows") or 1))
        return subject

    def erase(self, subject: Subject) -> int:
        """Deletes the subject's lines; returns how many those were.

        Indices of the past are read-only: the block is lifted for the work.
        """
        blocked = self._blocked()
        try:
            for index in blocked:
                self._send("PUT", f"/{index}/_settings", {"index.blocks.write": False})
            # A line that was indexed a moment ago is found by a search, and so deleted, only after
            # a refresh.
            self._send("POST", f"/{INDICES}/_refresh?{LENIENT}", None)
            done = self._send(
                "POST",
                f"/{INDICES}/_delete_by_query?conflicts=proceed&refresh=true&{LENIENT}",
                _query(subject),
            )
            if done.get("failures"):
                raise InputError(self.url, [f"{len(done['failures'])} lines could not be deleted"])
            self._expunge()
        finally:
            for index in blocked:
                self._send("PUT", f"/{index}/_settings", {"index.blocks.write": True})
        return int(done["deleted"])

    def count(self, subject: Subject) -> int:
        """How many lines name the subject, also those that were indexed a moment ago."""
        self._send("POST", f"/{INDICES}/_refresh?{LENIENT}", None)
        return int(self._send("POST", f"/{INDICES}/_count?{LENIENT}", _query(subject))["count"])

    def left(self, subject: Subject) -> int:
        """How many lines name the subject, or are deleted and still lie in a segment, whomever they
        named."""
        return self.count(subject) + self._in_segments()

    def _expunge(self) -> None:
        """Merges deleted lines out of their segments.

        What does not go in time is left, and `left` counts it.
        """
        if self._in_segments() == 0:
            return
        # The default leaves a segment alone in which less than a tenth is deleted.
        self._send(
            "PUT",
            f"/{INDICES}/_settings?{LENIENT}",
            {"index.merge.policy.expunge_deletes_allowed": 0},
        )
        until = time.monotonic() + self.patience
        while True:
            # Only what is committed can go, and the files of a merged segment go once no search and
            # no commit needs them.
            for step in (
                "_flush?force=true",
                "_forcemerge?only_expunge_deletes=true",
                "_refresh?",
                "_flush?force=true",
            ):
                self._send("POST", f"/{INDICES}/{step}&{LENIENT}", None)
            if self._in_segments() == 0 or time.monotonic() >= until:
                return
            time.sleep(self.pause)

    def _in_segments(self) -> int:
        """Lines that are deleted and still lie in a segment, in all copies of the shards."""
        total = self._send("GET", f"/{INDICES}/_stats/docs?{LENIENT}", None)["_all"]["total"]
        return int(total.get("docs", {}).get("deleted", 0))

    def _lines(self, subject: Subject) -> Iterator[dict[str, Any]]:
        """Our part of every line that names the subject, page by page."""
        self._send("POST", f"/{INDICES}/_refresh?{LENIENT}", None)
        body = _query(subject) | {
            "size": _PAGE,
            "_source": ["causeway.predictionId", "causeway.rows"],
            "sort": ["_doc"],
        }
        page = self._send("POST", f"/{INDICES}/_search?scroll=2m&{LENIENT}", body)
        while page["hits"]["hits"]:
            for hit in page["hits"]["hits"]:
                yield hit.get("_source", {}).get("causeway", {})
            page = self._send(
                "POST", "/_search/scroll", {"scroll": "2m", "scroll_id": page["_scroll_id"]}
            )
        if "_scroll_id" in page:
            self._send("DELETE", "/_search/scroll", {"scroll_id": page["_scroll_id"]})

    def _blocked(self) -> list[str]:
        settings = self._send(
            "GET", f"/{INDICES}/_settings/index.blocks.write?flat_settings=true&{LENIENT}", None
        )
        return sorted(
            name
            for name, found in settings.items()
            if found.get("settings", {}).get("index.blocks.write") == "true"
        )

    def _send(self, method: str, path: str, body: dict | None) -> dict:
        token = base64.b64encode(f"{self.account}:{self.password}".encode()).decode()
        headers = {"authorization": f"Basic {token}", "content-type": "application/json"}
        request = urllib.request.Request(
            self.url.rstrip("/") + path,
            None if body is None else json.dumps(body).encode(),
            headers,
            method=method,
        )
        context = (
            ssl.create_default_context(cadata=self.authority)
            if self.url.startswith("https:")
            else None
        )
        try:
            with urllib.request.urlopen(request, timeout=600, context=context) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            raise InputError(
                self.url, [f"{method} {path.split('?')[0]}: status {error.code}"]
            ) from None
        except urllib.error.URLError as error:
            raise InputError(self.url, [f"cannot be reached: {error.reason}"]) from None


def add_log_store(parser: argparse.ArgumentParser, required: bool = False) -> None:
    """Options that name a log store, and who signs in to it."""
    add = parser.add_argument
    add("--logs", required=required, help="address of Elasticsearch")
    add("--logs-account", help="account there; default LOGS_ACCOUNT")
    add("--logs-password-file", type=Path, help="file with its password; default LOGS_PASSWORD")
    add(
        "--logs-authority",
        help=(
            "certificate of the authority that Elasticsearch is signed by: a file, or in a pod"
            " secret:namespace/name"
        ),
    )
    add("--logs-name", help="what the answer calls the log store, such as its region")


def log_store(given: argparse.Namespace) -> LogStore:
    """The log store that the options name."""
    file = given.logs_password_file
    password = (
        file.read_text(encoding="utf-8").strip() if file else os.environ.get("LOGS_PASSWORD", "")
    )
    return LogStore(
        given.logs,
        given.logs_account or os.environ.get("LOGS_ACCOUNT", ""),
        password,
        authority(given.logs_authority),
    )


def _query(subject: Subject) -> dict[str, Any]:
    return {"query": {"terms": {"causeway.subject": sorted(subject.pseudonyms)}}}
