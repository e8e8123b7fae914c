"""What reports tell on the first screen: readers what was made this month, administrators what failed."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import npgettext

from fmm_portal.accounts.roles import is_administrator, is_staff, reads_the_programme
from fmm_portal.core.home import Figure, HomePart, register_home
from fmm_portal.core.jobs import JobStatus
from fmm_portal.core.principals import Principal
from fmm_portal.core.resource import with_query
from fmm_portal.reports.models import Report


def reports_at_a_glance(principal: Principal) -> HomePart:
    listed = reverse("reports:report_list")
    seen = Report.objects.visible_to(principal)
    if is_administrator(principal):
        failed = seen.filter(status=JobStatus.FAILED).count()
        waiting = seen.filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).count()
        return HomePart(
            figures=[
                Figure(
                    failed,
                    npgettext("figure", "report failed", "reports failed", failed),
                    with_query(listed, status=JobStatus.FAILED.value),
                    is_warning=bool(failed),
                ),
                Figure(
                    waiting,
                    npgettext("figure", "report in the queue", "reports in the queue", waiting),
                    with_query(listed, status=[JobStatus.QUEUED.value, JobStatus.RUNNING.value]),
                ),
            ]
        )
    if not reads_the_programme(principal) or is_staff(principal):
        return HomePart()
    first = timezone.localdate().replace(day=1)
    made = seen.filter(status=JobStatus.DONE, created_at__date__gte=first).count()
    label = npgettext("figure", "report made this month", "reports made this month", made)
    url = with_query(listed, status=JobStatus.DONE.value, asked_from=first.isoformat())
    return HomePart(figures=[Figure(made, label, url)])


def register() -> None:
    register_home(reports_at_a_glance, order=40)
