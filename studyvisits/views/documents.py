"""The documents of a visit: what may be opened, and by whom."""

from django.http import HttpResponse
from django.urls import reverse

from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.policies import can
from studyvisits.views.frame import VisitFrame


class DocumentsTab(VisitFrame):
    def documents(self) -> HttpResponse:
        visit = self.record()
        may_attach = can(self.principal, "attach", visit).allowed
        context = {
            "documents": documents_seen_at(visit, self.principal),
            "may_attach": may_attach,
            "attach_url": reverse("core:document_attach", args=["studyvisit", visit.pk])
            if may_attach
            else "",
        }
        return self.tab(visit, "documents", context)
