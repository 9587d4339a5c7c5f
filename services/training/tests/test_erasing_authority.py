"""The certificate authority of the log store, which a pod asks the API for."""

import base64
import http.server
import json
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from causeway_training.erasing.authority import authority
from causeway_training.errors import InputError


@pytest.fixture()
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict, int], Path]:
    """The Kubernetes API on loopback, over TLS, and a pod's account that trusts it."""
    key, cert = tmp_path / "key.pem", tmp_path / "ca.crt"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(cert),
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(command, check=True, capture_output=True)
    (tmp_path / "token").write_text("a pod's token\n")

    def start(secret: dict, status: int = 200) -> Path:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                named = (
                    self.path
                    == "/api/v1/namespaces/causeway-observability/secrets/logs-es-http-certs-public"
                )
                data = json.dumps({"data": secret}).encode()
                self.send_response(
                    status
                    if named and self.headers["authorization"] == "Bearer a pod's token"
                    else 403
                )
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT_HTTPS", str(server.server_port))
        return tmp_path

    return start


PUBLISHED = "secret:causeway-observability/logs-es-http-certs-public"


def test_a_pod_asks_the_api_for_the_authority_that_the_operator_publishes(
    api: Callable[..., Path],
) -> None:
    account = api(
        {"ca.crt": base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode(), "tls.crt": ""}
    )
    assert authority(PUBLISHED, account) == "-----BEGIN CERTIFICATE-----\n"
    with pytest.raises(InputError, match="the Secret causeway-models/ring: status 403"):
        authority("secret:causeway-models/ring", account)


def test_an_authority_that_is_not_there_is_said_to_be(
    api: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="has no ca.crt"):
        authority(PUBLISHED, api({"tls.crt": ""}))
    for given, problem in {
        "secret:name": "allowed: a file, or secret:namespace/name",
        str(tmp_path / "none.crt"): "No such file",
    }.items():
        with pytest.raises(InputError, match=problem):
            authority(given, tmp_path)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    with pytest.raises(InputError, match="a Secret outside of a pod"):
        authority(PUBLISHED, tmp_path)
    assert authority(None) is None
