"""Serves the plugin on a free loopback port and prints the port: how the engine finds it."""

from __future__ import annotations

import signal
import sys
from concurrent import futures

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .servicer import Servicer

_LARGEST = 400 * 1024 * 1024
"""Bytes of a message, as of the engine's own limit."""


def main() -> None:
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=16),
        options=[
            ("grpc.max_receive_message_length", _LARGEST),
            ("grpc.max_send_message_length", _LARGEST),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer("7.48.0"), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: sys.exit(0))
    server.wait_for_termination()


main()
