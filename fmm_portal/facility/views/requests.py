"""Pages of facilities with their criteria, and of requests with their stakeholders and their assessment."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from fmm_portal.accounts.colleagues import choose_colleague
from fmm_portal.accounts.roles import institutions_of
from fmm_portal.core.activity import last_reason
from fmm_portal.core.document_policies import documents_seen_at
from fmm_portal.core.facts import Fact, facts_of
from fmm_portal.core.parts import PartViews
from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Tab
from fmm_portal.core.steps import ShownStep, StepForm, steps_of
from fmm_portal.core.views import CrudViews
from fmm_portal.facility.assessment import Assessment, assessment_of
from fmm_portal.facility.consultation import link_token, renew_link, time_left
from fmm_portal.facility.enums import REQUEST_STAGES, RequestStatus
from fmm_portal.facility.filters.requests import FacilityFilterSet, RequestFilterSet
from fmm_portal.facility.forms.requests import (
    ConsulteeForm,
    CriterionForm,
    FacilityForm,
    RequestForm,
    ScoresForm,
)
from fmm_portal.facility.models import (
    Action,
    AssessmentScore,
    Consultee,
    Criterion,
    Facility,
    Programme,
    Request,
)
from fmm_portal.facility.policies import ANSWERING_ROLES
from fmm_portal.facility.services import open_action
from fmm_portal.facility.tables.requests import (
    FacilityTable,
    RequestTable,
    RequestTableForColleagues,
    reference_of,
)
from fmm_portal.facility.workflow import LIMITS
from fmm_portal.institutions.navigation import DIRECTORY

# --- Facilities ------------------------------------------------------------------------------------------


class FacilityViews(CrudViews):
    model = Facility
    prefix = "facilities"
    section = DIRECTORY
    form_class = FacilityForm
    table_class = FacilityTable
    filterset_class = FacilityFilterSet
    filter_names = ("search", "programme_id", "is_open")
    facts = ("name", "programme", "is_open")
    create_label = _l("Add facility")
    empty_text = _l("Institutions ask a facility for help; its limits and criteria are set here.")
    detail_template = "facility/facility_detail.html"

    def new_record(self) -> Facility:
        """Of the programme whose page one comes from."""
        key = self.request.GET.get("programme", "")
        programmes = Programme.objects.visible_to(self.principal)
        programme = programmes.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 10 else None
        return Facility(programme=programme) if programme else Facility()

    def extra(self, record: Facility) -> dict[str, Any]:
        may_change = can(self.principal, "change", record).allowed
        days = ("consultation_days", "registration_days", "assessment_days", "decision_days")
        return {
            "criteria": record.criteria.all(),
            "step_days": [
                (capfirst(Facility._meta.get_field(name).verbose_name), getattr(record, name))  # type: ignore[union-attr]
                for name in days
            ],
            "may_change": may_change,
            "add_criterion_url": reverse("facility:criterion_create", args=[record.pk]) if may_change else "",
        }


class CriterionViews(PartViews):
    model = Criterion
    owner_model = Facility
    owner_key = "facility_pk"
    path = "facility"
    owner_list = "facility:facility_list"
    prefix = "facilities/<int:facility_pk>/criteria"
    form_class = CriterionForm
    adds_another = True
    add_title = _l("Add criterion")

    def after(self, record: Any) -> str:
        return self.url("create") if "again" in self.request.POST else super().after(record)


# --- Requests --------------------------------------------------------------------------------------------

# Where what a step waits for is put right: the guard's code and the page.
MENDED_ON = {
    "facility": "request_edit",
    "institution": "request_edit",
    "need": "request_edit",
    "objectives": "request_edit",
    "themes": "request_edit",
    "requested_on": "request_edit",
    "consultees": "consultee_create",
    "scored": "request_assessment",
}
# The steps that stop a request, whose reason is read first by whoever opens its page.
STOPPED_BY = {
    RequestStatus.RETURNED: "return_for_completion",
    RequestStatus.WITHDRAWN: "withdraw",
}


class ShownConsultee(NamedTuple):
    """A stakeholder as one person sees them. `link` is the personal page, for those who may hand it out."""

    consultee: Consultee
    steps: Sequence[ShownStep]
    link: str
    may_change: bool
    may_remove: bool
    is_own: bool


class ScoredRow(NamedTuple):
    """A criterion with one score (or none) of each reviewer, in the order of the heads."""

    result: Any
    scores: list[AssessmentScore | None]
    comments: list[AssessmentScore]


def score_table(assessment: Assessment) -> tuple[list[Any], list[ScoredRow]]:
    """The reviewers, and per criterion what each of them gave."""
    reviewers = {
        score.reviewer_id: score.reviewer for result in assessment.results for score in result.scores
    }
    rows = []
    for result in assessment.results:
        given = {score.reviewer_id: score for score in result.scores}
        comments = [score for score in result.scores if score.comment]
        rows.append(ScoredRow(result, [given.get(key) for key in reviewers], comments))
    return list(reviewers.values()), rows


class RequestViews(CrudViews):
    model = Request
    prefix = "requests"
    pages: ClassVar[Sequence[str]] = (*CrudViews.pages, "assessment", "open_action")
    form_class = RequestForm
    table_class = RequestTable
    filterset_class = RequestFilterSet
    filter_names = ("search", "status", "country_id", "institution_id", "facility_id", "theme_id")
    more_filters = ("is_mine", "is_pending", "owner_id", "year", "requested_on_from", "requested_on_until")
    bulk_fields = ("owner", "facility", "countries", "themes")
    stages: ClassVar = REQUEST_STAGES
    facts = (
        "facility",
        "institution",
        "joint_with",
        "countries",
        "themes",
        "contact_position",
        "requested_on",
        "dates_note",
        "estimated_cost",
        "duration_months",
        "consultation_due_at",
        "owner",
        "eligibility_note",
    )
    ALWAYS_SHOWN: ClassVar = {"facility", "institution", "countries", "themes", "requested_on"}
    create_label = _l("Add request")
    empty_text = _l("A request begins with a title. What is missing is asked for before it is submitted.")
    detail_template = "facility/request_detail.html"

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        if self.principal.knows_colleagues:
            self.table_class = RequestTableForColleagues  # type: ignore[misc]

    def crumbs(self, record: Any = None) -> list[Any]:
        found = super().crumbs(record)
        return found if record is None else [*found[:-1], found[-1]._replace(label=self.short_name(record))]

    @staticmethod
    def short_name(record: Request) -> Any:
        return record.reference or record.title

    def mend_url(self, record: Any, code: str) -> str:
        name = MENDED_ON.get(code)
        if name:
            return reverse(f"facility:{name}", args=[record.pk])
        return {"veto": "#consultation", "no_action": "#actions"}.get(code, "")

    def tabs(self, record: Request) -> list[Tab]:
        if not can(self.principal, "see_scores", record).allowed:
            return []
        return [Tab(_("Assessment"), self.url("assessment", record.pk))]

    def step_form(self, *args: Any, **options: Any) -> StepForm:
        form = super().step_form(*args, **options)
        if "owner" in form.fields:
            choose_colleague(form.fields["owner"])
            form.fields["owner"].initial = form.record.owner_id or self.actor.user_id  # type: ignore[attr-defined]
        return form

    def page_of(self, record: Request, *, current: str = "detail") -> dict[str, Any]:
        stopped_by = STOPPED_BY.get(RequestStatus(record.status), "")
        return super().page_of(record, current=current) | {
            "reference": reference_of(record),
            "stopped_because": last_reason(record, stopped_by) if stopped_by else "",
            "is_returned": record.status == RequestStatus.RETURNED,
        }

    def fact_list(self, record: Request) -> list[Fact]:
        """What a request should say is shown even when it is missing; the rest only where it is known."""
        found = []
        for fact in facts_of(record, self.facts, self.principal):
            if fact.name == "estimated_cost" and record.estimated_cost is not None:
                cost = number_format(record.estimated_cost, 2, force_grouping=True)
                found.append(fact._replace(value=f"{cost} {record.currency}"))
            elif fact.name == "consultation_due_at" and record.status != RequestStatus.CONSULTATION:
                continue
            elif fact.value or fact.name in self.ALWAYS_SHOWN:
                found.append(fact)
        return found

    def extra(self, record: Request) -> dict[str, Any]:
        may_keep = can(self.principal, "keep_consultees", record).allowed
        rows = self.shown_consultees(record, may_keep=may_keep)
        present = [row for row in rows if row.consultee.round == record.round]
        earlier = [
            row for row in rows if row.consultee.round != record.round and row.consultee.due_at is not None
        ]
        own = [row for row in present if row.is_own and row.steps]
        may_add = can(self.principal, "change", Consultee(request=record, round=record.round)).allowed
        add_url = reverse("facility:consultee_create", args=[record.pk]) if may_add else ""
        is_consulted = record.status == RequestStatus.CONSULTATION
        actions = list(Action.objects.visible_to(self.principal).filter(request=record))
        may_open = (
            record.status == RequestStatus.APPROVED
            and not actions
            and can(self.principal, "open_action", record).allowed
        )
        return {
            "limits": [message for guard in LIMITS if (message := guard.check(record))],
            "is_decided": record.status in (RequestStatus.APPROVED, RequestStatus.REJECTED),
            "consultees": present,
            "earlier_consultees": earlier,
            "own": own,
            "shows_consultation": bool(add_url) or len(rows) > len(own),
            "add_consultee_url": add_url,
            "due_at": record.consultation_due_at if is_consulted else None,
            "time_left": time_left(record.consultation_due_at)
            if is_consulted and record.consultation_due_at
            else "",
            "actions": actions,
            "open_action_url": self.url("open_action", record.pk) if may_open else "",
            "documents": documents_seen_at(record, self.principal),
            "may_attach": can(self.principal, "attach", record).allowed,
        }

    def shown_consultees(self, record: Request, *, may_keep: bool) -> list[ShownConsultee]:
        own = institutions_of(self.principal, ANSWERING_ROLES)
        rows: Iterable[Consultee] = (
            Consultee.objects.visible_to(self.principal)
            .filter(request=record)
            .select_related("institution__country")
            .order_by("-round", "pk")
        )
        found = []
        for consultee in rows:
            consultee.request = record
            may_change = may_keep and can(self.principal, "change", consultee).allowed
            found.append(
                ShownConsultee(
                    consultee,
                    self.answers(consultee) if consultee.is_open else [],
                    self.link_of(consultee) if may_change and consultee.is_open else "",
                    may_change,
                    may_change and can(self.principal, "delete", consultee).allowed,
                    consultee.institution_id in own,
                )
            )
        return found

    def answers(self, consultee: Consultee) -> Sequence[ShownStep]:
        """The steps that this person may take for a stakeholder; none says again what is said already."""
        said = {"agreed": "agree", "objected": "object"}.get(consultee.status)
        args = [consultee.request_id, consultee.pk]
        steps = steps_of(
            consultee, self.principal, lambda name: reverse("facility:consultee_step", args=[*args, name])
        )
        every = ([steps.primary] if steps.primary else []) + steps.others
        return [entry for entry in every if entry.step.name != said]

    def link_of(self, consultee: Consultee) -> str:
        path = reverse("facility:consultation_answer", args=[link_token(consultee)])
        return self.request.build_absolute_uri(path)

    # --- assessment ---

    def assessment(self) -> HttpResponse:
        """All scores with their totals; for a reviewer the form for their own, saved all together."""
        record = self.record()
        require(self.principal, "see_scores", record)
        every = assessment_of(record)
        form, status = self.scores_form(record, every), HTTPStatus.OK
        if self.request.method == "POST":
            require(self.principal, "create", AssessmentScore(request=record))
            assert form is not None
            if form.is_valid():
                try:
                    form.save()
                except ValidationError as error:
                    form.add_error(None, error.messages)
                else:
                    messages.success(self.request, _("Your scores are saved."))
                    return redirect("facility:request_assessment", record.pk)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        reviewers, rows = score_table(every)
        title = {"title": _("%(label)s: %(value)s") % {"label": _("Assessment"), "value": record}}
        context = {"form": form, "assessment": every, "reviewers": reviewers, "rows": rows}
        return self.render(
            "facility/request_assessment.html",
            self.page_of(record, current="assessment") | title | context,
            status=status,
        )

    def scores_form(self, record: Request, every: Assessment) -> ScoresForm | None:
        """None for who does not score this request now."""
        if not can(self.principal, "create", AssessmentScore(request=record)).allowed:
            return None
        mine = [
            score
            for result in every.results
            for score in result.scores
            if score.reviewer_id == self.actor.user_id
        ]
        criteria = [result.criterion for result in every.results if result.criterion.is_active]
        data = self.request.POST if self.request.method == "POST" else None
        return ScoresForm(data, request=record, criteria=criteria, mine=mine, actor=self.actor)

    # --- what came of it ---

    def open_action(self) -> HttpResponse:
        record = self.record()
        require(self.principal, "open_action", record)
        if self.request.method == "POST":
            action = open_action(record, self.actor)
            messages.success(self.request, _("%(record)s: saved.") % {"record": action})
            return redirect(action)
        context = {
            "title": _("Open action"),
            "question": _("An action is begun with what the request says: %(request)s.")
            % {"request": record},
            "submit_label": _("Open action"),
            "cancel_url": self.page_url(record),
            "crumbs": self.crumbs(record),
        }
        return self.render("generic/confirm.html", context)


class ConsulteeViews(PartViews):
    """The stakeholders consulted about a request: parts of its page."""

    model = Consultee
    owner_model = Request
    owner_key = "request_pk"
    path = "request"
    owner_list = "facility:request_list"
    prefix = "requests/<int:request_pk>/stakeholders"
    pages = ("create", "edit", "delete", "step", "renew")
    form_class = ConsulteeForm
    adds_another = True
    # They say why in the comment, which others read.
    ANSWERS: ClassVar = {"agree", "object"}
    add_title = _l("Add stakeholder")

    def new_record(self) -> Consultee:
        return Consultee(request=self.owner, round=self.owner.round)

    def after(self, record: Any) -> str:
        return self.url("create") if "again" in self.request.POST else super().after(record)

    def step_form(self, *args: Any, **options: Any) -> StepForm:
        form = super().step_form(*args, **options)
        if form.step.name in self.ANSWERS:
            del form.fields["reason"]
        return form

    def renew(self) -> HttpResponse:
        """A new personal link; the old one is worthless from then on."""
        record = self.record()
        require(self.principal, "change", record)
        if self.request.method == "POST":
            renew_link(record, actor=self.actor)
            messages.success(self.request, _("%(record)s has a new link.") % {"record": record})
            return redirect(self.page_url(record))
        context = {
            "title": _("Renew link"),
            "question": str(record),
            "consequences": [_("The old link leads nowhere any more. Send the new one.")],
            "submit_label": _("Renew link"),
            "cancel_url": self.page_url(record),
            "crumbs": self.crumbs(),
        }
        return self.render("generic/confirm.html", context)
