"""Reports through the API: the contract of every resource. What is particular to them is in test_api.py."""

import itertools

from django.contrib.contenttypes.models import ContentType

from fmm_portal.core.models import Record
from fmm_portal.reports.models import Report
from fmm_portal.reports.policies import READERS
from tests.api_client import as_persona
from tests.contracts import ApiContract
from tests.factories.studyvisits import StudyVisitFactory


class TestReportApi(ApiContract):
    resource = "reports"
    creates = updates = deletes = False
    creates_otherwise = True
    ordering = "reference"
    numbers = itertools.count(1)

    def make(self) -> Record:
        visit = StudyVisitFactory()
        return Report.objects.create(
            kind="debrief-note",
            subject_type=ContentType.objects.get_for_model(visit),
            subject_id=visit.pk,
            subject_label=str(visit),
            language="fr",
            audience=READERS,
            requested_by=as_persona("eva").user,
            reference=f"{visit.reference}-DN",
            number=1,
            template_version="1",
            data_fingerprint=f"{next(self.numbers):064d}",
        )
