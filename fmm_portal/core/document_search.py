"""How documents are found: by title, with what they are attached to."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.document_policies import DOCUMENTS
from fmm_portal.core.documents import document_hosts
from fmm_portal.core.models import Document
from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.search import SearchKind, register_search


def kind_of_subject(document: Document) -> str:
    """Attached to what kind of record; content types are kept per process and ask nothing."""
    model = ContentType.objects.get_for_id(document.subject_type_id).model_class()
    return capfirst(str(model._meta.verbose_name)) if model is not None else ""


def seen_among(rows: RecordQuerySet[Any], principal: Principal) -> RecordQuerySet[Any]:
    """As `visible_to`, without asking about the kinds of record to which none of these documents is attached."""
    kinds = set(rows.order_by().values_list("subject_type", flat=True).distinct())
    visible = models.Q(pk__in=[])
    for model in document_hosts():
        if ContentType.objects.get_for_model(model).pk in kinds:
            visible |= DOCUMENTS.at(principal, model._default_manager.all())
    return rows.filter(visible)


def register() -> None:
    register_search(
        SearchKind(
            150, Document, _("Documents"), lambda row: row.title, place=kind_of_subject,
            dated=lambda row: (row.created_at.date(), None), icon="download",
            seen=seen_among,
        )
    )  # fmt: skip
