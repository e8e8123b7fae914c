"""Autosave: what was typed and not saved yet, kept for its author alone until the form is saved.

A draft stands beside its record and never touches it. So an autosave overwrites nobody, needs no valid form,
and writes no history: that gets one entry when the person saves, as for every form, instead of one every few
seconds. Saving from a draft goes through the form's own check of versions, which shows what others saved meanwhile.

A page that shows a form at one address also takes its drafts there: POST with the header `X-Draft`. The right to
the form is thus checked by the form's own view. `Resource.keeps_drafts` turns it on.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from fmm_portal.core.models import Draft, Record
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import stale

HEADER = "X-Draft"
# What the open page says of itself: who it belongs to, its id, the version of the draft that it has read.
OWNER, WRITER, KNOWN = "X-Draft-Owner", "X-Draft-Writer", "X-Draft-Version"
# Tells the browser which form was saved, so that it forgets what it kept of it.
SAVED_COOKIE = "saved_form"
DAYS_KEPT = 60
MACHINERY = {
    "csrfmiddlewaretoken",
    "next",
    "draft",
    "submission",
    "record_version",
    "record_base",
    "theirs",
    "reason",
}


@dataclass(frozen=True, slots=True)
class OtherDraft:
    """Another version that the same person typed, in another window or on another device."""

    token: uuid.UUID
    saved_at: Any
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a page needs to keep drafts of its form. `version` is 0 before the first."""

    token: uuid.UUID
    version: int
    # Seals what the browser keeps: only pages of the same signed-in person can read it again.
    browser_key: str
    saved_at: Any = None
    others: list[OtherDraft] = field(default_factory=list)


def as_token(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def author_of(actor: Actor) -> int:
    assert actor.user_id is not None, "forms are typed by people"
    return actor.user_id


def drafts_at(address: str, actor: Actor) -> list[Draft]:
    """A person's drafts of the form at an address, newest first."""
    return list(Draft.objects.filter(user_id=author_of(actor), form=address).order_by("-saved_at"))


def desk_at(address: str, actor: Actor, *, token: uuid.UUID | None = None) -> tuple[Desk, Draft | None]:
    """The desk of a form, and the draft that lies on it: the one asked for, else the newest."""
    drafts = drafts_at(address, actor)
    draft = next((row for row in drafts if row.pk == token), None) or next(iter(drafts), None)
    others = [OtherDraft(row.pk, row.saved_at, texts_of(row)) for row in drafts if row is not draft]
    key = salted_hmac("core.drafts", str(actor.user_id), algorithm="sha256").hexdigest()
    if draft is None:
        return Desk(token or uuid.uuid4(), 0, key, None, others), None
    return Desk(draft.pk, draft.version, key, draft.saved_at, others), draft


def texts_of(draft: Draft) -> list[str]:
    """What a person wrote in a draft, without the form's machinery."""
    sent = QueryDict(draft.content)
    return [text for name, values in sent.lists() if name not in MACHINERY for text in values if text]


def put_back(form: Any, draft: Draft) -> bool:
    """Fill a form with its draft, upon the version it was begun on and without complaints yet.

    False, and the draft is gone, when it says nothing else than the form does.
    """
    sent = QueryDict(draft.content, mutable=True)
    for name in MACHINERY & set(form.fields):
        # The token of a new record is never an old one: that record may have been made since.
        if name == "submission" or not sent.get(name):
            value = form[name].value()
            sent[name] = str("" if value is None else value)
    form.data, form.is_bound = sent, True
    form._errors = ErrorDict()
    typed = [form[name] for name in form.fields if name not in MACHINERY]
    if any(bound.field.has_changed(bound.initial, bound.data) for bound in typed):
        return True
    draft.delete()
    form.data, form.is_bound, form._errors = QueryDict(), False, None
    return False


@transaction.atomic
def keep(
    address: str, content: str, *, token: uuid.UUID, writer: uuid.UUID, known: int, actor: Actor
) -> tuple[Draft, Draft | None]:
    """Write a draft. When another window wrote the same one since, it stays and this becomes a second: both are kept.

    Returns the draft written, and the other one where there is a second.
    """
    mine = Draft.objects.filter(user_id=author_of(actor))
    mine.filter(saved_at__lt=timezone.now() - timedelta(days=DAYS_KEPT)).delete()
    draft = mine.select_for_update().filter(pk=token, form=address).first()
    if draft is not None and (draft.writer == writer or draft.version == known):
        draft.content, draft.writer, draft.version = content, writer, draft.version + 1
        draft.save()
        return draft, None
    is_taken = draft is not None or Draft.objects.filter(pk=token).exists()
    made = Draft(
        token=uuid.uuid4() if is_taken else token,
        user_id=author_of(actor),
        form=address,
        content=content,
        writer=writer,
    )
    made.save(force_insert=True)
    return made, draft


def forget(address: str, token: str, actor: Actor) -> None:
    """Take away one's own draft: it was saved, or thrown away."""
    if as_token(token) is not None:
        Draft.objects.filter(pk=token, user_id=author_of(actor), form=address).delete()


def take_draft(request: HttpRequest, record: Record, actor: Actor) -> HttpResponse:
    """Answer an autosave: what the page now writes to, and what it should say besides "saved"."""
    headers = request.headers
    token, writer = as_token(request.POST.get("draft", "")), as_token(headers.get(WRITER, ""))
    known = headers.get(KNOWN, "")
    if headers.get(OWNER) != str(actor.user_id):
        # Somebody else has signed in since on this device: this text is not theirs.
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    if token is None or writer is None or not known.isdecimal():
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    sent = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "next", "draft"):
        sent.pop(name, None)
    draft, other = keep(
        request.path, sent.urlencode(), token=token, writer=writer, known=int(known), actor=actor
    )
    said = []
    if other is not None:
        said.append(_("Another window saved another version of this text. Both are kept."))
    read = request.POST.get("record_version", "")
    if record.pk is not None and read.isdecimal() and int(read) != record.version:
        error = stale(record)
        who = error.author_for(actor.principal) or _("Somebody else")
        at = timezone.localtime(error.changed_at).strftime("%H:%M") if error.changed_at else ""
        said.append(
            _(
                "%(who)s saved another version at %(when)s (UTC). Both are kept; "
                "you can compare them when you save yours."
            )
            % {"who": who, "when": at}
        )
    return JsonResponse({"token": str(draft.pk), "version": draft.version, "message": " ".join(said)})


def mark_saved(response: HttpResponse, address: str) -> HttpResponse:
    """Let the browser forget what it had kept of the form at this address."""
    response.set_cookie(
        SAVED_COOKIE, address, max_age=600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response
