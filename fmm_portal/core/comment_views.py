"""The comments of a record on a page within its frame, and the pages that correct or withdraw one."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fmm_portal.core.comments import add_comment, comments_seen_at, said_by, withdraw_comment
from fmm_portal.core.forms import RecordForm
from fmm_portal.core.models import Comment, Record
from fmm_portal.core.policies import can, require
from fmm_portal.core.principals import Actor, Principal
from fmm_portal.core.resource import Crumb
from fmm_portal.core.views import CrudViews

COMMENTS_A_PAGE = 40


class CommentForm(RecordForm):
    class Meta:
        model = Comment
        fields = ("text", "audience")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "text": _("No private data of people: no health, no family, no numbers of papers or telephones.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        if "reason" in self.fields:
            # The words themselves are not kept in the history; why they changed need not be either.
            self.fields["reason"].widget = forms.HiddenInput()

    def create(self, actor: Actor) -> Record:
        return add_comment(self.instance.subject, actor=actor, **self.changes())


class Said(NamedTuple):
    """A comment as one reader sees it."""

    comment: Comment
    who: str
    may_correct: bool
    may_withdraw: bool


def said_on(record: Record, comments: Sequence[Comment], principal: Principal) -> list[Said]:
    """Comments of one record with what the reader may do; asks the policies once, not once a comment."""
    found = []
    for comment in comments:
        comment.subject = record
        is_there = comment.withdrawn_at is None
        found.append(
            Said(
                comment,
                said_by(comment, principal),
                is_there and can(principal, "change", comment).allowed,
                is_there and can(principal, "withdraw", comment).allowed,
            )
        )
    return found


class CommentViews(CrudViews):
    """Correcting and withdrawing a comment; `on` shows all of a record and takes a new one."""

    model = Comment
    prefix = "comments"
    pages: ClassVar[Sequence[str]] = ("edit", "withdraw")
    form_class = CommentForm
    keeps_drafts = True

    def on(self, frame: CrudViews, record: Record) -> HttpResponse:
        """The tab of a record: what was said about it, newest first, and a box for who may say something."""
        self.frame, self.record_shown = frame, record
        comment = Comment(subject=record)
        decision = can(self.principal, "create", comment)
        if self.request.method == "POST":
            require(self.principal, "create", comment)
        self.form_template = "generic/comments.html"
        if not decision.allowed:
            return self.render(self.form_template, {"form": None})
        return self.edit_with(comment, title="", crumbs=[], cancel=self.frame.url("comments", record.pk))

    def render(self, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
        if not hasattr(self, "frame"):
            return super().render(template, context, status=status)
        seen = comments_seen_at(self.record_shown, self.principal)
        page = Paginator(seen, COMMENTS_A_PAGE).get_page(self.request.GET.get("page"))
        around = self.frame.page_of(self.record_shown, current="comments") | {
            "views": self.frame,
            "page": page,
            "said": said_on(self.record_shown, list(page.object_list), self.principal),
        }
        return super().render(template, context | around, status=status)

    def after(self, record: Any) -> str:
        if hasattr(self, "frame"):
            return f"{self.frame.url('comments', record.subject_id)}#comment-{record.pk}"
        return super().after(record)

    def crumbs(self, record: Any = None) -> list[Crumb]:
        if record is None or record.subject is None:
            return []
        return [Crumb(record.subject, self.asked_for() or record.get_absolute_url())]

    def edit(self) -> HttpResponse:
        comment = self.record()
        require(self.principal, "change", comment)
        return self.edit_with(
            comment,
            title=_t("Correct comment"),
            crumbs=self.crumbs(comment),
            cancel=self.asked_for() or self.page_url(comment),
        )

    def withdraw(self) -> HttpResponse:
        """Ask, then take the words away."""
        comment = self.record()
        require(self.principal, "withdraw", comment)
        back = self.asked_for() or self.page_url(comment)
        if self.request.method == "POST":
            withdraw_comment(comment, actor=self.actor)
            messages.success(self.request, _t("The comment is withdrawn."))
            return redirect(back)
        context = {
            "title": _t("Withdraw comment"), "question": comment.text, "crumbs": self.crumbs(comment),
            "consequences": [_t("Its words are gone for good. A line says that there was a comment.")],
            "submit_label": _t("Withdraw comment"), "cancel_url": back, "is_danger": True,
        }  # fmt: skip
        return self.render("generic/confirm.html", context)
