"""The authority that Elasticsearch is signed by: a file, or in a pod the Secret in which the
operator publishes it."""

from __future__ import annotations

import base64
import json
import os
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from ..errors import InputError

#: `secret:namespace/name`: asked of the Kubernetes API by the pod's own account, for a Secret of
#: another namespace cannot be mounted.
SECRET = "secret:"
#: Where Kubernetes puts a pod's token and the authority of the API.
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def authority(given: str | None, account: Path = ACCOUNT) -> str | None:
    """Certificates in PEM.

    Raises InputError where there are none to be had.
    """
    if given is None:
        return None
    if not given.startswith(SECRET):
        try:
            return Path(given).read_text(encoding="ascii")
        except OSError as error:
            raise InputError("--logs-authority", [f"{given}: {error.strerror or error}"]) from None
    namespace, slash, name = given.removeprefix(SECRET).partition("/")
    if not slash or not namespace or not name:
        raise InputError(
            "--logs-authority", [f"got {given}, allowed: a file, or secret:namespace/name"]
        )
    return _published(namespace, name, account)


def _published(namespace: str, name: str, account: Path) -> str:
    host, port = (
        os.environ.get("KUBERNETES_SERVICE_HOST"),
        os.environ.get("KUBERNETES_SERVICE_PORT_HTTPS", "443"),
    )
    if host is None:
        raise InputError("--logs-authority", ["got a Secret outside of a pod, allowed: a file"])
    where = f"[{host}]" if ":" in host else host
    token = (account / "token").read_text(encoding="ascii").strip()
    request = urllib.request.Request(
        f"https://{where}:{port}/api/v1/namespaces/{namespace}/secrets/{name}",
        headers={"authorization": f"Bearer {token}"},
    )
    try:
        with urllib.request.urlopen(
            request, timeout=30, context=ssl.create_default_context(cafile=str(account / "ca.crt"))
        ) as response:
            data = json.loads(response.read())["data"]
    except urllib.error.HTTPError as error:
        raise InputError(
            "--logs-authority", [f"the Secret {namespace}/{name}: status {error.code}"]
        ) from None
    except urllib.error.URLError as error:
        raise InputError(
            "--logs-authority", [f"the Kubernetes API cannot be reached: {error.reason}"]
        ) from None
    if "ca.crt" not in data:
        raise InputError("--logs-authority", [f"the Secret {namespace}/{name} has no ca.crt"])
    return base64.b64decode(data["ca.crt"]).decode("ascii")
