"""Evaluations of a visit: their figures, and for the programme the forms, questions and answers behind them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.policies import can, require
from fmm_portal.core.resource import Crumb
from studyvisits.evaluations import SMALLEST_GROUP, figures_of
from studyvisits.forms import EvaluationForm, EvaluationQuestionForm, EvaluationResponseForm
from studyvisits.models import Evaluation, EvaluationQuestion, EvaluationResponse
from studyvisits.views.frame import VisitFrame, VisitPartViews


class EvaluationTab(VisitFrame):
    def evaluation(self) -> HttpResponse:
        visit = self.record()
        rows = Evaluation.objects.visible_to(self.principal).filter(visit=visit)
        context = {
            "evaluations": [figures_of(row) for row in rows.prefetch_related("questions", "responses")],
            "smallest_group": SMALLEST_GROUP,
            "may_evaluate": can(self.principal, "create", Evaluation(visit=visit)).allowed,
        }
        return self.tab(visit, "evaluation", context)


class EvaluationViews(VisitPartViews):
    model = Evaluation
    prefix = "study-visits/<int:visit_pk>/evaluations"
    pages: ClassVar[Sequence[str]] = ("create", "edit", "delete", "answers")
    read_only_pages: ClassVar[Sequence[str]] = ("answers",)
    form_class = EvaluationForm
    tab = "evaluation"
    add_title = _("Add evaluation")

    def answers(self) -> HttpResponse:
        """The answers one by one, to be put right; for whoever keeps the form."""
        evaluation = self.record()
        require(self.principal, "change", evaluation)
        questions = list(evaluation.questions.all())
        responses = EvaluationResponse.objects.visible_to(self.principal).filter(evaluation=evaluation)
        context = {
            "object": evaluation,
            "visit": self.visit,
            "title": _t("Answers one by one: %(evaluation)s") % {"evaluation": evaluation},
            "crumbs": self.crumbs(),
            "questions": questions,
            "responses": [
                (response, [response.answers.get(str(question.pk)) for question in questions])
                for response in responses
            ],
        }
        return self.render("studyvisits/evaluation_answers.html", context)


class EvaluationPartViews(VisitPartViews):
    """Pages of what belongs to one evaluation."""

    path = "evaluation__visit"
    tab = "evaluation"
    adds_another = True

    def __init__(self, request: Any, **kwargs: Any) -> None:
        super().__init__(request, **kwargs)
        rows = Evaluation.objects.visible_to(self.principal).filter(visit=self.visit)
        self.form_answered: Evaluation = get_object_or_404(rows, pk=kwargs["evaluation_pk"])
        self.form_answered.visit = self.visit

    def rows(self) -> Any:
        return super().rows().filter(evaluation=self.form_answered)

    def new_record(self) -> Any:
        return self.model(evaluation=self.form_answered)  # type: ignore[misc]

    def crumbs(self, record: Any = None) -> list[Crumb]:
        return [*super().crumbs(), Crumb(self.form_answered, self.form_answered.get_absolute_url())]

    def tab_url(self, record: Any = None) -> str:
        return self.form_answered.get_absolute_url()

    def after(self, record: Any) -> str:
        return self.url("create") if "again" in self.request.POST else super().after(record)


class EvaluationQuestionViews(EvaluationPartViews):
    model = EvaluationQuestion
    prefix = "study-visits/<int:visit_pk>/evaluations/<int:evaluation_pk>/questions"
    resource = "evaluation_question"
    form_class = EvaluationQuestionForm
    add_title = _("Add question")


class EvaluationResponseViews(EvaluationPartViews):
    model = EvaluationResponse
    prefix = "study-visits/<int:visit_pk>/evaluations/<int:evaluation_pk>/answers"
    resource = "evaluation_response"
    paths: ClassVar[dict[str, str]] = {"create": f"{prefix}/add/"}
    form_class = EvaluationResponseForm
    add_title = _("Enter answers")

    def tab_url(self, record: Any = None) -> str:
        if record is not None and record.pk:
            return reverse("studyvisits:evaluation_answers", args=[self.visit.pk, self.form_answered.pk])
        return super().tab_url()
