"""`Idempotency-Key`: a write that is sent again is done once, and answered again as it was the first time.

The key is claimed for the caller in a transaction of its own, so that every web process sees that it is in flight.
The work and its answer are then written in one transaction: a process that dies before has done nothing, and
once its lease has run out the key is free; one that dies after has left its answer. The lease may run out under a
slow request as well: whoever lost it can no longer write its answer, and so undoes its work.

Kept is what was done: the answers 2xx, with status, body and the headers in KEPT_HEADERS. A refusal (4xx) has written
nothing: it is forgotten, so that the request, or a better one, may be sent with the same key; so are 429 and 5xx.

An answer may hold what its caller alone may read, persons among it. It is given back as it was, so it cannot be
made anew from the record; therefore it is sealed with a secret out of the portal's own and the key that the sender
sends again, and of key and request only hashes are kept. Who reads the table reads nothing.
"""

import hashlib
import hmac
import json
import re
import secrets
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from fmm_portal.core.models import KeyedRequest
from fmm_portal.core.principals import Actor
from fmm_portal.core.sealing import seal, unseal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Content-Type", "Content-Language", "ETag", "Location")
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY = re.compile(r"[\x21-\x7e]{8,200}")


class KeyReused(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(_("This key was already used for another request. Use a new key for each request."))


class InFlight(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "in_flight"
    wait = 1.0

    def __init__(self) -> None:
        super().__init__(
            _("The first request with this key is still being worked on. Ask again in a moment.")
        )


class AnsweredOnce(APIView):
    """Lets every unsafe method of a view be called with an `Idempotency-Key`."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is known who calls, and that they may: put the key between the request and its method."""
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        verb = (request.method or "").lower()
        method = getattr(self, verb, None)
        if key is not None and method is not None and request.method in UNSAFE:
            setattr(self, verb, partial(self._once, method, key))

    def _once(
        self, method: Callable[..., Any], key: str, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if not KEY.fullmatch(key):
            message = _("A key is 8 to 200 visible characters without spaces, such as a UUID.")
            raise ValidationError({HEADER: [message]})
        sent = SentRequest.of(request, key)
        claim = sent.claim()
        if isinstance(claim, HttpResponse):
            return claim
        try:
            with transaction.atomic():
                response = self.finalize_response(request, method(request, *args, **kwargs), *args, **kwargs)
                if response.status_code < 400:
                    sent.keep(claim, response)
                    return response
                transaction.set_rollback(True)
        except BaseException:
            # A broken connection cannot let go of it; then the lease does.
            with suppress(DatabaseError):
                sent.let_go(claim)
            raise
        sent.let_go(claim)
        return response


class Claim(NamedTuple):
    """The right to work on what was sent under a key."""

    pk: int
    owner: str


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What one caller sent under one key."""

    caller: str
    secret: bytes
    fingerprint: str

    @classmethod
    def of(cls, request: Request, key: str) -> "SentRequest":
        """Raises ParseError and its like where the body cannot be read: then the key is not taken."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        is_agency = actor.api_key_id is not None
        caller = f"key:{actor.api_key_id}" if is_agency else f"person:{actor.user_id}"
        secret = salted_hmac("fmm_portal.api.idempotency", f"{caller} {key}", algorithm="sha256").digest()
        whole = [request.method, request.get_full_path(), _plain(request.data)]
        return cls(caller, secret, _hash(secret, json.dumps(whole, sort_keys=True)))

    def claim(self) -> Claim | HttpResponse:
        """The right to do the work, or the answer that was given when it was done.

        Raises KeyReused, InFlight.
        """
        now, owner = timezone.now(), secrets.token_hex(16)
        lease = {
            "lease_owner": owner,
            "lease_until": now + timedelta(seconds=settings.IDEMPOTENCY_LEASE_SECONDS),
        }
        row = self._rows().first()
        if row is not None and row.expires_at < now:
            self._rows(pk=row.pk, expires_at__lt=now).delete()
            row = None
        if row is None:
            with suppress(IntegrityError), transaction.atomic():
                return Claim(self._new(now, lease).pk, owner)
            # Somebody was quicker by a moment.
            row = self._rows().first()
        if row is not None and row.fingerprint != self.fingerprint:
            raise KeyReused
        if row is not None and row.answer is not None:
            return self._opened(bytes(row.answer))
        if row is not None and self._rows(pk=row.pk, answer=None, lease_until__lt=now).update(**lease):
            return Claim(row.pk, owner)
        raise InFlight

    def keep(self, claim: Claim, response: HttpResponse) -> None:
        """Write the answer beside the work.  Raises InFlight when the lease went to somebody else meanwhile."""
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
        headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        headers.setdefault("Content-Language", get_language() or "")
        head = json.dumps({"status": response.status_code, "headers": headers}).encode()
        sealed = seal(zlib.compress(head + b"\n" + response.content), self.secret)
        if not self._rows(pk=claim.pk, lease_owner=claim.owner, answer=None).update(answer=sealed):
            raise InFlight

    def let_go(self, claim: Claim) -> None:
        """Nothing was done: the key is free again."""
        self._rows(pk=claim.pk, lease_owner=claim.owner, answer=None).delete()

    def _rows(self, **narrowed: Any) -> QuerySet[KeyedRequest]:
        return KeyedRequest.objects.filter(caller=self.caller, key_hash=_hash(self.secret, "key"), **narrowed)

    def _new(self, now: datetime, lease: dict[str, Any]) -> KeyedRequest:
        return KeyedRequest.objects.create(
            caller=self.caller,
            key_hash=_hash(self.secret, "key"),
            fingerprint=self.fingerprint,
            expires_at=now + timedelta(hours=settings.IDEMPOTENCY_KEEP_HOURS),
            **lease,
        )

    def _opened(self, sealed: bytes) -> HttpResponse:
        head, _newline, body = zlib.decompress(unseal(sealed, self.secret)).partition(b"\n")
        kept = json.loads(head)
        response = HttpResponse(body, status=kept["status"], headers=kept["headers"])
        response[REPLAYED] = "true"
        if "Content-Type" not in kept["headers"]:
            del response["Content-Type"]
        return response


def _hash(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), "sha256").hexdigest()


def _plain(data: Any) -> Any:
    """What was sent, whatever the order of its names and the border between its parts."""
    if not isinstance(data, QueryDict):
        return data
    return {name: [_digest(item) for item in items] for name, items in data.lists()}


def _digest(item: Any) -> Any:
    if not isinstance(item, UploadedFile):
        return item
    digest = hashlib.sha256()
    for chunk in item.chunks():
        digest.update(chunk)
    item.seek(0)
    return [item.name, digest.hexdigest()]
