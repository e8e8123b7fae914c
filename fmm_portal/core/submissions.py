"""Creating a record once, however often its form is sent: a double click, or a page sent again."""

import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from fmm_portal.core.models import Record, Submission
from fmm_portal.core.principals import Actor


def created_before(token: uuid.UUID, actor: Actor) -> Record | None:
    """The record that this very form has already created for this person."""
    if actor.user_id is None:
        return None
    found = Submission.objects.filter(token=token, user_id=actor.user_id).first()
    return found.record if found is not None else None


def create_once(token: uuid.UUID, create: Callable[[], Record], *, actor: Actor) -> Record:
    """What `create` makes, with its token written beside it; whoever comes second gets the first one's."""
    assert actor.user_id is not None, "forms are sent by people"
    try:
        with transaction.atomic():
            record = create()
            Submission.objects.create(token=token, user_id=actor.user_id, record=record)
            return record
    except (IntegrityError, ValidationError):
        first = created_before(token, actor)
        if first is None:
            raise
        return first
