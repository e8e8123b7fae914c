"""The anchors: each page again as plain Django has it, by a generic view and a template, in the portal's own frame.

No policy, no saved views, no choice of columns, no file to export, no history. The rows, the columns, their order
and the fields of the filter are the portal's; so are the frame (`base.html`), the session and the middleware.
"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Count, Q, QuerySet
from django.urls import include, path
from django.views.generic import DetailView, ListView

from benchmarks import plain_api
from fmm_portal.core.models import Activity
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Contact, Institution
from fmm_portal.institutions.querysets import in_order
from studyvisits.enums import OPEN_COMMITMENTS
from studyvisits.models import AgendaHost, Commitment, LearningQuestion, StudyVisit


class PlainList(LoginRequiredMixin, ListView[Any]):
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        for word in fold(self.request.GET.get("search", "")).split():
            rows = rows.filter(search_text__contains=word)
        return rows


class InstitutionList(PlainList):
    queryset = Institution.objects.select_related("country").order_by(in_order(), "pk")
    template_name = "plain/institutions.html"


class VisitList(PlainList):
    queryset = (
        StudyVisit.objects.annotate(
            open_commitments=Count("commitments", filter=Q(commitments__status__in=OPEN_COMMITMENTS))
        )
        .prefetch_related("legs__country", "delegations__sending_countries")
        .order_by("-starts_on", "-pk")
    )
    template_name = "plain/visits.html"


def last_change(model: str, pk: int) -> Activity | None:
    entries = Activity.objects.filter(subject_type__model=model, subject_id=pk)
    return entries.select_related("user").first()


class InstitutionPage(LoginRequiredMixin, DetailView[Institution]):
    queryset = Institution.objects.select_related("country", "parent").prefetch_related(
        "themes", "former_names"
    )
    template_name = "plain/institution.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return found | {
            "contacts": Contact.objects.filter(institution=self.object)[:12],
            "parts": Institution.objects.filter(parent=self.object)[:12],
            "last_change": last_change("institution", self.object.pk),
        }


class VisitPage(LoginRequiredMixin, DetailView[StudyVisit]):
    queryset = StudyVisit.objects.select_related("programme", "owner").prefetch_related(
        "themes", "legs__country", "delegations__sending_countries"
    )
    template_name = "plain/visit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        visit = self.object
        hosts = AgendaHost.objects.filter(item__visit=visit).select_related("item", "institution__country")
        return found | {
            "questions": LearningQuestion.objects.filter(visit=visit),
            "hosts": hosts,
            "commitments": Commitment.objects.filter(study_visit=visit),
            "last_change": last_change("studyvisit", visit.pk),
        }


urlpatterns = [
    path("plain/institutions/", InstitutionList.as_view(), name="plain_institution_list"),
    path("plain/visits/", VisitList.as_view(), name="plain_visit_list"),
    path("plain/institutions/<int:pk>/", InstitutionPage.as_view(), name="plain_institution"),
    path("plain/visits/<int:pk>/", VisitPage.as_view(), name="plain_visit"),
    *plain_api.urlpatterns,
    path("", include("fmm_portal.urls")),
]
