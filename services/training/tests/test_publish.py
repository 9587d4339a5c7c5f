"""Pushing the image of a release to a registry, against a small one on a loopback address."""

import io
import json
import re
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Workshop
from helpers import run_to, step

from causeway_training.digests import digest_bytes, digest_file
from causeway_training.errors import InputError
from causeway_training.registry import MANIFEST, Repository
from causeway_training.run import read_json
from causeway_training.signing import read_attestation
from causeway_training.steps.release import check_attestation


class Registry(BaseHTTPRequestHandler):
    """Keeps blobs and manifests by repository in memory, as the OCI distribution specification
    says; mounts where it is told to."""

    blobs: dict[tuple[str, str], bytes]
    manifests: dict[tuple[str, str], bytes]
    mounts: bool
    said: list[str]

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self) -> None:
        self.said.append(f"{self.command} {self.path}")
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/([^?]*)(\?.*)?", self.path)
        assert match is not None
        repository, kind, name, query = match.groups()
        kept = self.manifests if kind == "manifests" else self.blobs
        if self.command in ("GET", "HEAD"):
            found = kept.get((repository, name))
            return self.answer(404, b'{"errors":[]}') if found is None else self.answer(200, found)
        if self.command == "POST":
            mount = re.search(r"mount=([^&]+)&from=(.+)", query or "")
            if mount and self.mounts and (mount[2], mount[1]) in kept:
                kept[(repository, mount[1])] = kept[(mount[2], mount[1])]
                return self.answer(201)
            return self.answer(202, Location=f"/v2/{repository}/blobs/uploads/1?state=x")
        digest = name if kind == "manifests" else re.search(r"digest=(.+)", query or "")[1]
        assert digest_bytes(data) == digest
        kept[(repository, digest)] = data
        return self.answer(201)

    do_GET = do_HEAD = do_POST = do_PUT = handle_any


@pytest.fixture(params=[True, False], ids=["mounts", "copies"])
def registry(request: pytest.FixtureRequest) -> Iterator[tuple[type[Registry], str, str]]:
    handler = type(
        "Handler", (Registry,), {"blobs": {}, "manifests": {}, "mounts": request.param, "said": []}
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    base = Repository(host, "model-server")
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"User": "10001"},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:aa"]},
            "history": [{}],
        }
    ).encode()
    layer = {
        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "size": 6,
        "digest": base.push_blob(b"server"),
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": "x", "size": len(config), "digest": base.push_blob(config)},
        "layers": [layer],
    }
    yield handler, host, f"{host}/model-server@{base.push_manifest(manifest)}"
    server.shutdown()
    server.server_close()


def published(workshop: Workshop, host: str, base: str, name: str = "run"):
    context = workshop.context(name, base=base, repository=f"{host}/models/small")
    run_to(context, "package")
    assert step("publish").run(context) is True
    return context


def test_the_image_is_the_servers_and_one_layer_with_contract_and_release(
    workshop: Workshop, registry
) -> None:
    handler, host, base = registry
    context = published(workshop, host, base)
    digest = read_json(context.run.folder("publish") / "manifest.json")["image"]["digest"]
    image = json.loads(handler.manifests[("models/small", digest)])
    assert [layer["mediaType"] for layer in image["layers"]] == [
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar",
    ]
    assert handler.blobs[("models/small", image["layers"][0]["digest"])] == b"server"
    config = json.loads(handler.blobs[("models/small", image["config"]["digest"])])
    server, _, server_digest = base.partition("@")
    labels = {
        "org.opencontainers.image.base.name": server,
        "org.opencontainers.image.base.digest": server_digest,
        "dev.causeway.attestation": digest_file(context.run.folder("package") / "attestation.json"),
    }
    assert config["config"] == {"User": "10001", "Labels": labels} and config["rootfs"][
        "diff_ids"
    ] == ["sha256:aa", image["layers"][1]["digest"]]
    with tarfile.open(
        fileobj=io.BytesIO(handler.blobs[("models/small", image["layers"][1]["digest"])])
    ) as tar:
        names = tar.getnames()
        model = tar.extractfile("app/model/release/model.onnx")
        assert model is not None and digest_bytes(model.read()) == digest_file(
            context.run.folder("package") / "model.onnx"
        )
    assert {
        "app/model/model.yaml",
        "app/model/release/attestation.json",
        "app/model/release/manifest.json",
    } <= set(names)
    mounted = (
        any("mount=" in line for line in handler.said)
        and f"GET /v2/model-server/blobs/{image['layers'][0]['digest']}" not in handler.said
    )
    assert mounted is handler.mounts


def test_the_manifest_says_what_was_pushed_and_nothing_else_changes(
    workshop: Workshop, registry
) -> None:
    _, host, base = registry
    context = published(workshop, host, base)
    before, after = (
        read_json(context.run.folder(name) / "manifest.json") for name in ("package", "publish")
    )
    assert {**before, "published": True, "image": after["image"]} == after
    assert after["image"]["repository"] == f"{host}/models/small" and before["published"] is False
    check_attestation(context.run.folder("publish"))
    assert (
        read_attestation(context.run.folder("publish"))[1]["named"][f"{host}/models/small"]
        == after["image"]["digest"]
    )


def test_the_same_release_gives_the_same_image_and_a_second_push_does_nothing(
    workshop: Workshop, registry
) -> None:
    _, host, base = registry
    first, second = (published(workshop, host, base, name) for name in ("one", "two"))
    digests = [
        read_json(context.run.folder("publish") / "manifest.json")["image"]["digest"]
        for context in (first, second)
    ]
    assert digests[0] == digests[1]
    assert step("publish").run(first) is False


def test_what_is_released_is_what_was_published(workshop: Workshop, registry) -> None:
    _, host, base = registry
    context = published(workshop, host, base)
    target = workshop.root / "released"
    releasing = workshop.context(
        "run", base=base, repository=f"{host}/models/small", to=str(target)
    )
    assert step("release").run(releasing) is True
    assert read_json(target / "manifest.json")["published"] is True
    again = workshop.context("run", seed=1, to=str(target))
    run_to(again, "package")
    with pytest.raises(InputError, match="the package changed after it was published"):
        step("release").run(again)
    assert read_json(target / "manifest.json") == read_json(
        context.run.folder("publish") / "manifest.json"
    )


@pytest.mark.parametrize(
    ("base", "repository", "message"),
    [
        (None, "r.example.com/m", "--base"),
        ("r.example.com/server:latest", "r.example.com/m", "by digest"),
        ("{host}/model-server@sha256:" + "0" * 64, "{host}/m", "answered 404"),
        ("{base}", "m", "--repository"),
        ("causeway.local/m@sha256:" + "0" * 64, "", "stands for images that none holds"),
    ],
)
def test_refuses_what_cannot_be_pushed(
    workshop: Workshop, registry, base: str | None, repository: str, message: str
) -> None:
    _, host, known = registry
    given = base and base.replace("{host}", host).replace("{base}", known)
    context = workshop.context("run", base=given, repository=repository.replace("{host}", host))
    run_to(context, "package")
    with pytest.raises(InputError, match=message):
        step("publish").run(context)
