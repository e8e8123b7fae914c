"""The founding news item: drafted from the data of the founding visit, as an officer does, and published."""

from django.db import transaction

from fmm_portal.core.principals import Actor
from fmm_portal.core.workflow import workflow_for
from fmm_portal.news.drafting import draft_news
from fmm_portal.news.models import NewsItem
from studyvisits.models import StudyVisit

FOUNDING_VISIT = "SV-2019-001"


@transaction.atomic
def publish_founding_news(actor: Actor) -> str:
    """Once; what people made of it since is left alone. Gives the line to print."""
    visit = StudyVisit.objects.filter(reference=FOUNDING_VISIT).first()
    if visit is None:
        return f"news: nothing to do, {FOUNDING_VISIT} is not there"
    known = NewsItem.objects.drafted_from(visit).first()
    if known is not None:
        return f"news: nothing to do, {known.reference} is there"
    workflow = workflow_for(NewsItem)
    assert workflow is not None
    item = workflow.apply(draft_news(visit, actor=actor), "publish", actor=actor)
    return f"news: added {item.reference} from {visit.reference}"
