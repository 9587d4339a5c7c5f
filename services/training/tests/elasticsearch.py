"""A small Elasticsearch on loopback: the calls of an erasure, answered as its reference says, over
the lines of a few indices."""

from __future__ import annotations

import base64
import fnmatch
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlparse

ACCOUNT, PASSWORD = "log-eraser", "word"


@dataclass
class Index:
    """Backing index of a data stream; a document is `causeway` of a line."""

    stream: str
    documents: list[dict] = field(default_factory=list)
    #: Indexed, and not yet seen by a search: until the next refresh.
    fresh: list[dict] = field(default_factory=list)
    #: Deleted, and still in a segment: until it is merged.
    deleted: list[dict] = field(default_factory=list)
    #: Part of a segment that must be deleted before a merge for the sake of deleted documents takes
    #: it.
    expunge_allowed: float = 0.1
    #: Merges that leave deleted documents alone, because a copy of the shard may yet have to catch
    #: up with them.
    leased: int = 0
    #: `index.blocks.write`, which the lifecycle sets on what no longer grows.
    blocked: bool = False

    def merge(self) -> None:
        if self.leased > 0:
            self.leased -= 1
        elif len(self.deleted) > self.expunge_allowed * (len(self.deleted) + len(self.documents)):
            self.deleted = []


@dataclass
class Elasticsearch:
    indices: dict[str, Index]
    calls: list[str] = field(default_factory=list)
    #: Ids of lines whose deletion fails, as where another program changed the document.
    failing: set[str] = field(default_factory=set)
    scrolls: dict[str, list[dict]] = field(default_factory=dict)

    def select(self, expression: str) -> dict[str, Index]:
        """Data streams and indices by names and patterns, with `ignore_unavailable`."""
        patterns = expression.split(",")
        return {
            name: index
            for name, index in self.indices.items()
            if any(
                fnmatch.fnmatchcase(index.stream, p) or fnmatch.fnmatchcase(name, p)
                for p in patterns
            )
        }

    def answer(
        self, method: str, path: str, options: dict[str, list[str]], body: dict
    ) -> tuple[int, dict]:
        expression, _, operation = path.strip("/").partition("/")
        if path == "/_search/scroll":
            return self._scroll(method, body)
        chosen = self.select(expression)
        if (
            operation != "_settings"
            and "ignore_unavailable" not in options
            and any("*" not in p and not self.select(p) for p in expression.split(","))
        ):
            return 404, {"error": {"type": "index_not_found_exception"}, "status": 404}
        if operation == "_refresh":
            for index in chosen.values():
                index.documents += index.fresh
                index.fresh = []
            return 200, {"_shards": {"failed": 0}}
        if operation == "_settings/index.blocks.write":
            return 200, {
                name: {"settings": {"index.blocks.write": "true"} if index.blocked else {}}
                for name, index in chosen.items()
            }
        if operation == "_settings" and method == "PUT":
            for index in chosen.values():
                index.blocked = body.get("index.blocks.write", index.blocked)
                index.expunge_allowed = body.get(
                    "index.merge.policy.expunge_deletes_allowed", index.expunge_allowed
                )
            return 200, {"acknowledged": True}
        if operation == "_flush":
            return 200, {"_shards": {"failed": 0}}
        if operation == "_forcemerge":
            for index in chosen.values():
                index.merge()
            return 200, {"_shards": {"failed": 0}}
        if operation == "_stats/docs":
            deleted = sum(len(index.deleted) for index in chosen.values())
            return 200, {"_all": {"total": {"docs": {"deleted": deleted}} if chosen else {}}}
        wanted = set(body["query"]["terms"]["causeway.subject"])
        hits = {
            name: [d for d in index.documents if d.get("subject") in wanted]
            for name, index in chosen.items()
        }
        if operation == "_count":
            return 200, {"count": sum(map(len, hits.values()))}
        if operation == "_delete_by_query":
            return self._delete(hits)
        if operation == "_search":
            found = [
                {"_source": {"causeway": {k: d[k] for k in ("predictionId", "rows") if k in d}}}
                for own in hits.values()
                for d in own
            ]
            name = f"scroll-{len(self.scrolls)}"
            self.scrolls[name] = found[body["size"] :]
            return 200, {"_scroll_id": name, "hits": {"hits": found[: body["size"]]}}
        return 400, {
            "error": {"type": "illegal_argument_exception", "reason": f"{method} {path}"},
            "status": 400,
        }

    def _delete(self, hits: dict[str, list[dict]]) -> tuple[int, dict]:
        failures = [
            {"index": name, "status": 403, "cause": {"type": "cluster_block_exception"}}
            for name, own in hits.items()
            if own and self.indices[name].blocked
        ]
        if failures:
            return 403, {"deleted": 0, "failures": failures}
        deleted = 0
        for name, own in hits.items():
            gone = [d for d in own if d.get("id") not in self.failing]
            failures += [{"index": name, "status": 500} for d in own if d not in gone]
            self.indices[name].documents = [
                d for d in self.indices[name].documents if d not in gone
            ]
            self.indices[name].deleted += gone
            deleted += len(gone)
        return 200, {"deleted": deleted, "failures": failures}

    def _scroll(self, method: str, body: dict) -> tuple[int, dict]:
        if body["scroll_id"] not in self.scrolls:
            return 404, {"error": {"type": "search_phase_execution_exception"}, "status": 404}
        if method == "DELETE":
            del self.scrolls[body["scroll_id"]]
            return 200, {"succeeded": True, "num_freed": 1}
        rest = self.scrolls[body["scroll_id"]]
        self.scrolls[body["scroll_id"]] = rest[1000:]
        return 200, {"_scroll_id": body["scroll_id"], "hits": {"hits": rest[:1000]}}


@contextmanager
def serving(store: Elasticsearch) -> Iterator[str]:
    """Serves a store; gives its address.

    Whoever has not the account's password is refused.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = json.loads(
                self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}"
            )
            address = urlparse(self.path)
            store.calls.append(f"{self.command} {address.path}")
            allowed = (
                self.headers["authorization"]
                == "Basic " + base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
            )
            status, answer = (
                store.answer(self.command, address.path, parse_qs(address.query), body)
                if allowed
                else (401, {"status": 401})
            )
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
