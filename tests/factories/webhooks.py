"""Webhooks for tests, and a real receiver to send to."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import factory

from fmm_portal.webhooks.models import Delivery, Subscription
from tests.personas import anpe_togo


class SubscriptionFactory(factory.django.DjangoModelFactory[Subscription]):
    """Togo's employment agency is told of everything."""

    class Meta:
        model = Subscription

    institution = factory.LazyFunction(anpe_togo)
    name = factory.Sequence(lambda n: f"Visits to our calendar {n}")
    # Nothing is ever sent there: addresses of this kind belong to examples.
    endpoint = factory.Sequence(lambda n: f"https://receiver.example.org/fmm/{n}")
    event_types = ["*"]


class DeliveryFactory(factory.django.DjangoModelFactory[Delivery]):
    """A message that waits, about a record that is not there any more."""

    class Meta:
        model = Delivery

    subscription = factory.SubFactory(SubscriptionFactory)
    event_type = "commitment.updated"
    resource = "commitments"
    subject_id = factory.Sequence(lambda n: 900_000 + n)


class Receiver:
    """An HTTP server in a thread that keeps what it is sent and answers as it is told."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hooks?from=fmm"
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        # The answers to come, the last for good: a status, a status with headers, "hang", "drip" or "close".
        self.answers: list[Any] = [204]
        self.let_go = threading.Event()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _path, _headers, body in self.received]

    def next_answer(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiver(answers: list[Any] | None = None, *, certificate: Path | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of this machine; with a certificate it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            received = (self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length))
            answer = there.next_answer()
            there.received.append(received)
            if answer == "close":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if answer == "hang":
                there.let_go.wait(20)
                return
            if answer == "drip":
                while not there.let_go.wait(0.2):
                    try:
                        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-More: 1\r\n"[:1])
                    except OSError:
                        return
                return
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            body = b"" if status == 204 else b"Answer-words of the receiver " * 100
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    there = Receiver(server.server_address[1])
    there.answers = answers or [204]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        there.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
