"""Opening, attaching and removing the files of a record. A file is always downloaded, never shown as a page."""

import uuid
from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fmm_portal.core.documents import ACCEPTED_TYPES, attach_document, document_hosts
from fmm_portal.core.downloads import file_to_save
from fmm_portal.core.enums import Audience
from fmm_portal.core.models import Document, Record
from fmm_portal.core.policies import require
from fmm_portal.core.resource import Crumb, page_asked_for
from fmm_portal.core.services import delete_record
from fmm_portal.core.submissions import create_once, created_before


class DocumentForm(forms.Form):
    """What goes with a file; type and size are said before one is chosen. By the token a double click counts once."""

    submission = forms.UUIDField(initial=uuid.uuid4, required=False, widget=forms.HiddenInput)
    file = forms.FileField(label=_l("File"))
    title = forms.CharField(
        label=_l("Title"),
        max_length=200,
        required=False,
        help_text=_l("Left empty, it is the name of the file."),
    )
    language = forms.ChoiceField(
        label=_l("Language of the document"),
        required=False,
        choices=[("", _l("Not stated")), *settings.CONTENT_LANGUAGES],
    )
    audience = forms.ChoiceField(
        label=_l("Who may open it"), choices=Audience.choices, initial=Audience.PROGRAMME
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = ", ".join(sorted(kind.lstrip(".") for kind in ACCEPTED_TYPES))
        limit = filesizeformat(settings.DOCUMENT_MAX_BYTES)
        self.fields["file"].help_text = _("At most %(limit)s. Accepted: %(kinds)s.") % {
            "limit": limit,
            "kinds": kinds,
        }
        self.fields["file"].widget.attrs["accept"] = ",".join(sorted(ACCEPTED_TYPES))


@require_safe
@never_cache
@login_required
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The file, under its own name, for those who may open it; 404 for others."""
    visible = Document.objects.visible_to(request.actor.principal)  # type: ignore[attr-defined]
    document = get_object_or_404(visible, pk=pk)
    return file_to_save(document.file, name=document.file_name, content_type=document.content_type)


def subject_or_404(request: HttpRequest, kind: str, pk: int) -> Record:
    """The record that a document is about, in the person's scope."""
    for model in document_hosts():
        if model._meta.model_name == kind:
            rows = model.objects.visible_to(request.actor.principal)  # type: ignore[attr-defined]
            return get_object_or_404(rows, pk=pk)
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def attach(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    subject = subject_or_404(request, kind, pk)
    actor = request.actor  # type: ignore[attr-defined]
    require(actor.principal, "create", Document(subject=subject))
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    back = page_asked_for(request) or resolve_url(subject.get_absolute_url())  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        token, upload = given.pop("submission") or uuid.uuid4(), given.pop("file")
        if created_before(token, actor) is not None:
            return redirect(back)
        try:
            document = create_once(
                token, lambda: attach_document(subject, upload, actor=actor, **given), actor=actor
            )
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            messages.success(request, _("%(record)s: saved.") % {"record": document})
            return redirect(back)
    context = {
        "form": form, "title": _("Attach document"), "cancel_url": back, "submit_label": _("Attach document"),
        "crumbs": [Crumb(subject, subject.get_absolute_url())],  # type: ignore[attr-defined]
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "generic/form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then remove a document; the history of its subject keeps that it was there."""
    actor = request.actor  # type: ignore[attr-defined]
    document = get_object_or_404(Document.objects.visible_to(actor.principal), pk=pk)
    require(actor.principal, "delete", document)
    back = page_asked_for(request) or resolve_url(document.subject.get_absolute_url())  # type: ignore[union-attr]
    if request.method == "POST":
        label = str(document)
        delete_record(document, actor=actor)
        messages.success(request, _("%(record)s: deleted.") % {"record": label})
        return redirect(back)
    context = {
        "title": _("Remove document"), "question": document.title,
        "consequences": [_("The file can no longer be opened by anybody.")],
        "submit_label": _("Remove document"), "cancel_url": back, "is_danger": True,
    }  # fmt: skip
    return render(request, "generic/confirm.html", context)
