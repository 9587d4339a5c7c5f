"""A container registry (OCI distribution 1.1): reads an image and pushes another that is that image
and one layer more.

Nothing is built or run, so it needs no rights beyond those of the registry. Amazon ECR takes the
pod's own role; any other registry is asked without credentials.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlparse

from .digests import digest_bytes
from .errors import InputError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
#: Host in the names of images that exist only on the cluster at hand (infra/serving/images.ts).
NOWHERE = "causeway.local"
_TIMEOUT_SECONDS = 60
_ECR = re.compile(r"^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$")
_LOOPBACK = re.compile(r"^(127\.0\.0\.1|localhost)(:\d+)?$")


@dataclass(frozen=True)
class Repository:
    """A repository of a registry, such as
    `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/loan-approval`."""

    host: str
    name: str

    @staticmethod
    def parse(text: str, argument: str) -> Repository:
        host, slash, name = text.partition("/")
        if not slash or not name or ("." not in host and ":" not in host and host != "localhost"):
            raise InputError(
                argument,
                [f"got {text}, allowed: a repository such as registry.example.com/models/name"],
            )
        if host == NOWHERE:
            raise InputError(
                argument,
                [f"got {text}, allowed: a registry; {NOWHERE} stands for images that none holds"],
            )
        return Repository(host, name)

    def manifest(self, digest: str) -> dict[str, Any]:
        """The image manifest of a digest, checked against it."""
        data = self._call("GET", f"manifests/{digest}", accept=f"{MANIFEST}, {DOCKER_MANIFEST}")[1]
        if digest_bytes(data) != digest:
            raise InputError(f"{self.host}/{self.name}", [f"the manifest is not that of {digest}"])
        found = json.loads(data)
        if "layers" not in found:
            raise InputError(
                f"{self.host}/{self.name}@{digest}",
                ["an index of several platforms, allowed: the image of one platform"],
            )
        return found

    def blob(self, digest: str) -> bytes:
        data = self._call("GET", f"blobs/{digest}")[1]
        if digest_bytes(data) != digest:
            raise InputError(f"{self.host}/{self.name}", [f"the blob is not that of {digest}"])
        return data

    def push_blob(self, data: bytes) -> str:
        """Stores a blob unless it is there; returns its digest."""
        digest = digest_bytes(data)
        if not self.has_blob(digest):
            self._upload(self._call("POST", "blobs/uploads/")[2]["Location"], digest, data)
        return digest

    def take_blob(self, digest: str, source: Repository) -> None:
        """Takes a blob from a repository: by name where the registry can, else by its bytes."""
        if self.has_blob(digest):
            return
        mount = f"?mount={digest}&from={source.name}" if source.host == self.host else ""
        status, _, headers = self._call("POST", f"blobs/uploads/{mount}")
        if status != 201:
            self._upload(headers["Location"], digest, source.blob(digest))

    def has_blob(self, digest: str) -> bool:
        return self._call("HEAD", f"blobs/{digest}", missing=True)[0] == 200

    def push_manifest(self, manifest: dict[str, Any]) -> str:
        """Stores a manifest under its digest alone, as registries with immutable tags want it;
        returns the digest."""
        data = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
        digest = digest_bytes(data)
        self._call("PUT", f"manifests/{digest}", data=data, content=manifest["mediaType"])
        return digest

    def _upload(self, location: str, digest: str, data: bytes) -> None:
        joint = "&" if "?" in location else "?"
        self._call(
            "PUT",
            f"{location}{joint}digest={digest}",
            data=data,
            content="application/octet-stream",
        )

    def _call(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        accept: str = "*/*",
        content: str | None = None,
        missing: bool = False,
    ):
        base = f"{'http' if _LOOPBACK.match(self.host) else 'https'}://{self.host}/v2/{self.name}/"
        url = urljoin(base, path)
        headers = {"Accept": accept, **({"Content-Type": content} if content else {})}
        # Blobs may lie elsewhere, and who holds them must not get the registry's credentials.
        if urlparse(url).netloc == self.host:
            headers.update(_authorization(self.host))
        request = urllib.request.Request(
            url,
            data=data if data is not None or method != "POST" else b"",
            headers=headers,
            method=method,
        )
        try:
            with _opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            if missing and error.code == 404:
                return 404, b"", error.headers
            if error.code in (400, 401, 403, 404):
                detail = error.read()[:300].decode(errors="replace")
                raise InputError(
                    f"{self.host}/{self.name}",
                    [f"{method} {path}: the registry answered {error.code} {detail}"],
                ) from None
            raise


class _Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, newurl):
        redirected = super().redirect_request(request, fp, code, msg, headers, newurl)
        if redirected is not None and urlparse(newurl).netloc != urlparse(request.full_url).netloc:
            redirected.remove_header("Authorization")
        return redirected


_opener = urllib.request.build_opener(_Redirects)


def _authorization(host: str) -> dict[str, str]:
    match = _ECR.match(host)
    if match is None:
        return {}
    import boto3

    token = boto3.client("ecr", region_name=match[1]).get_authorization_token()[
        "authorizationData"
    ][0]["authorizationToken"]
    return {"Authorization": f"Basic {token}"}
