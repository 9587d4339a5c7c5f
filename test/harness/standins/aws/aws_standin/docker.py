"""Stand-in of the Docker command line, with what publishing an image asks of it.

Knows `login` and `buildx build --push`. Nothing is built: the digest is that of a manifest which
names the build arguments and every file that the Dockerfile copies. It refuses what Docker refuses
(a missing file, an argument that no Dockerfile takes, a registry without a login) and, since the
project promises it, a base image without a digest. The registry is Amazon ECR's of the emulator.
https://docs.docker.com/reference/cli/docker/buildx/build/
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

import boto3

_ECR = re.compile(r"(\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com)/([^:@]+):([\w.-]+)")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def _refuse(message: str) -> NoReturn:
    sys.exit(f"stand-in of docker: {message}")


def _logins() -> Path:
    return Path(os.environ["DOCKER_CONFIG"]) / "config.json"


def _ecr(region: str) -> Any:
    return boto3.client("ecr", region_name=region)


def _password(registry: str) -> str:
    region = registry.split(".")[3]
    [grant] = _ecr(region).get_authorization_token()["authorizationData"]
    return base64.b64decode(grant["authorizationToken"]).decode().removeprefix("AWS:")


def _login(given: argparse.Namespace) -> None:
    if given.username != "AWS" or sys.stdin.read().strip() != _password(given.registry):
        _refuse(f"login to {given.registry}: 401 Unauthorized")
    file = _logins()
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text()) if file.exists() else {"auths": {}}
    known["auths"][given.registry] = {}
    file.write_text(json.dumps(known))
    print("Login Succeeded")


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Dockerfile:
    """The lines of a Dockerfile, with the values of its arguments."""

    def __init__(self, file: Path, given: dict[str, str]) -> None:
        text = re.sub(r"\\\n", " ", file.read_text())
        self.lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        defaults = dict(
            re.match(r"ARG (\w+)(?:=(.*))?", line).groups()  # type: ignore[union-attr]
            for line in self.lines
            if line.startswith("ARG ")
        )
        if unknown := sorted(set(given) - set(defaults)):
            _refuse(f"{file}: build arguments that were not consumed: {', '.join(unknown)}")
        self.values = {name: value or "" for name, value in defaults.items()} | given

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda name: self.values.get(name[1], ""), text)

    def check_bases(self) -> None:
        for line in self.lines:
            image = self.filled(line.split()[1]) if line.startswith("FROM ") else ""
            stages = [one.split()[3] for one in self.lines if re.match(r"FROM .* AS ", one)]
            if image and image not in stages and "@sha256:" not in image:
                _refuse(f"the base image {image} is not by digest")

    def copied(self, context: Path) -> list[Path]:
        found: list[Path] = []
        for line in self.lines:
            if not line.startswith("COPY ") or "--from=" in line:
                continue
            sources = [part for part in line.split()[1:-1] if not part.startswith("--")]
            for source in (context / self.filled(part) for part in sources):
                if not source.exists():
                    _refuse(f'failed to compute cache key: "{source}": not found')
                found += sorted(source.rglob("*")) if source.is_dir() else [source]
        return [file for file in found if file.is_file()]


def _build(given: argparse.Namespace) -> None:
    known = _ECR.fullmatch(given.tag)
    if known is None:
        _refuse(f"--tag: got {given.tag}, allowed: a tag of a repository of Amazon ECR")
    registry, region, repository, tag = known.groups()
    logins = _logins()
    if not logins.exists() or registry not in json.loads(logins.read_text())["auths"]:
        _refuse(f"push to {registry}: no basic auth credentials")
    arguments = dict(value.split("=", 1) for value in given.build_arg)
    context = Path(given.context)
    dockerfile = Dockerfile(Path(given.file), arguments)
    dockerfile.check_bases()
    layers = [
        {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": _hash(file.read_bytes())}
        for file in dockerfile.copied(context)
    ]
    config = json.dumps({"platform": given.platform, "arguments": arguments}).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": _hash(config),
            },
            "layers": layers,
        }
    )
    digest = _hash(manifest.encode())
    _ecr(region).put_image(
        repositoryName=repository,
        imageManifest=manifest,
        imageManifestMediaType=_MANIFEST,
        imageTag=tag,
        imageDigest=digest,
    )
    Path(given.metadata_file).write_text(json.dumps({"containerimage.digest": digest}))


def main() -> None:
    parser = argparse.ArgumentParser(prog="docker")
    commands = parser.add_subparsers(required=True)
    login = commands.add_parser("login")
    login.add_argument("--username", required=True)
    login.add_argument("--password-stdin", action="store_true", required=True)
    login.add_argument("registry")
    login.set_defaults(run=_login)
    build = commands.add_parser("buildx").add_subparsers(required=True).add_parser("build")
    build.add_argument("--platform", required=True)
    build.add_argument("--build-arg", action="append", default=[])
    build.add_argument("--file", required=True)
    build.add_argument("--tag", required=True)
    build.add_argument("--push", action="store_true", required=True)
    build.add_argument("--metadata-file", required=True)
    build.add_argument("context")
    build.set_defaults(run=_build)
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
