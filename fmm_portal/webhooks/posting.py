"""One request to a receiver: to the very address that was checked, no redirect followed, over within a known time."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from fmm_portal.webhooks.addresses import AddressRefused, Target, checked
from fmm_portal.webhooks.enums import AttemptError

# Of an answer only so much is read, and shown in the log.
BYTES_READ = 1000
# The receiver may take this many times the timeout of one wait, however it spreads its bytes.
WHOLE = 2
# What a connection raises that ends too soon, or an answer that is none.
BROKEN = (HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a status of HTTP, or the reason why there is none."""

    duration_ms: int
    status_code: int | None = None
    error: str = ""
    text: str = ""
    # Seconds after which the receiver wants to be asked again.
    retry_after: float | None = None

    @property
    def was_taken(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a message and say what came of it; no failure of the receiver raises."""
    begun = time.monotonic()

    def failed(error: AttemptError, text: str = "") -> Answer:
        return Answer(_since(begun), error=error, text=text)

    try:
        target = checked(url)
    except AddressRefused as error:
        return failed(error.error, str(error))
    for number in target.numbers:
        try:
            with _connected(target, number) as connection:
                return _asked(connection, target, body, headers, begun)
        except (ConnectTimeoutError, NewConnectionError):
            continue
        except ssl.SSLCertVerificationError as error:
            return failed(AttemptError.BAD_CERTIFICATE, error.verify_message)
        except TimeoutError:
            return failed(AttemptError.NO_ANSWER)
        except BROKEN:
            is_late = time.monotonic() - begun >= WHOLE * settings.WEBHOOK_TIMEOUT_SECONDS
            return failed(AttemptError.NO_ANSWER if is_late else AttemptError.BROKEN_OFF)
    return failed(AttemptError.NO_CONNECTION)


class _Bounded:
    """A connection that is cut off once its whole time is over: a byte now and then keeps no worker for ever."""

    hold: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        # A second handle of the same connection, for TLS takes the first one for itself.
        self.hold = made.dup()
        return made

    def cut(self) -> None:
        if self.hold is not None:
            with suppress(OSError):
                self.hold.shutdown(socket.SHUT_RDWR)


class _Plain(_Bounded, HTTPConnection):
    pass


class _Secured(_Bounded, HTTPSConnection):
    pass


@contextmanager
def _connected(target: Target, number: str) -> Iterator[Any]:
    """A connection to one of the checked numbers; the certificate must be the host's."""
    wait = settings.WEBHOOK_TIMEOUT_SECONDS
    connection: Any
    if target.scheme == "https":
        tls = ssl.create_default_context()
        connection = _Secured(number, target.port, timeout=wait, server_hostname=target.host, ssl_context=tls)
    else:
        connection = _Plain(number, target.port, timeout=wait)
    clock = threading.Timer(WHOLE * wait, connection.cut)
    clock.daemon = True
    clock.start()
    try:
        yield connection
    finally:
        clock.cancel()
        connection.close()
        if connection.hold is not None:
            connection.hold.close()


def _asked(connection: Any, target: Target, body: bytes, headers: Mapping[str, str], begun: float) -> Answer:
    connection.connect()
    connection.request(
        "POST",
        target.path,
        body=body,
        headers={"Host": target.authority, "Accept-Encoding": "identity", **headers},
        preload_content=False,
        decode_content=False,
    )
    response = connection.getresponse()
    # The status is the answer; a text that does not come in full changes nothing about it.
    text = b""
    with suppress(*BROKEN):
        text = response.read(BYTES_READ)
    return Answer(
        _since(begun),
        status_code=response.status,
        text=text.decode(errors="replace").replace("\0", ""),
        retry_after=seconds_of(response.headers.get("Retry-After")),
    )


def seconds_of(retry_after: str | None) -> float | None:
    """What `Retry-After` says, a number of seconds or a moment; None for anything else."""
    if not retry_after:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
