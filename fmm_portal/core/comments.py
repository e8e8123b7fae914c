"""Comments on records: which records carry them, who reads and writes them, how they are made and taken back."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fmm_portal.core.enums import CommentAudience
from fmm_portal.core.errors import Refused
from fmm_portal.core.models import Comment, Record
from fmm_portal.core.policies import YES, Decision, Policy, no, policy_for, register_policy, remembered
from fmm_portal.core.principals import Actor, Principal, name_for
from fmm_portal.core.querysets import RecordQuerySet
from fmm_portal.core.services import create_record, lock, update_record

_hosts: list[type[Record]] = []


def register_comment_host(*models_: type[Record]) -> None:
    """Let records of these models carry comments: their pages get a tab for them."""
    _hosts.extend(model for model in models_ if model not in _hosts)


def comment_hosts() -> list[type[Record]]:
    return list(_hosts)


def comments_of(record: Record) -> RecordQuerySet[Comment]:
    return Comment.objects.of_subject(record)


class CommentPolicy(Policy):
    """Read with the record; the programme's own words by those who read its side, and by who wrote them."""

    def scope(self, principal: Principal, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = models.Q(pk__in=[])
        for model in comment_hosts():
            visible |= self.at(principal, model._default_manager.all())
        return queryset.filter(visible)

    def at(self, principal: Principal, subjects: models.QuerySet[Any]) -> models.Q:
        """The comments on these subjects, all of one model, that the principal reads."""
        policy, kind = policy_for(subjects.model), ContentType.objects.get_for_model(subjects.model)
        among = models.Q(audience=CommentAudience.EVERYONE)
        if principal.account_id is not None:
            among |= models.Q(author_id=principal.account_id)
        seen = policy.scope(principal, subjects).order_by().values("pk")
        internal = policy.internal_scope(principal, subjects).order_by().values("pk")
        about = (among & models.Q(subject_id__in=seen)) | models.Q(subject_id__in=internal)
        return models.Q(subject_type=kind) & about

    def is_own(self, principal: Principal, obj: Comment) -> bool:
        return principal.account_id is not None and obj.author_id == principal.account_id

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        if obj is None or obj.subject is None or type(obj.subject) not in comment_hosts():
            return no()
        return policy_for(obj.subject).can(principal, "comment", obj.subject)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        if obj is None or not self.is_own(principal, obj):
            return no(_("Only who wrote a comment may correct it."))
        if obj.withdrawn_at is not None:
            return no(_("This comment was withdrawn."))
        return self.may_create(principal, obj)

    def may_withdraw(self, principal: Principal, obj: Any) -> Decision:
        """One's own; and the programme's staff may take away what should not stand on a record that they keep."""
        if self.is_own(principal, obj):
            return self.may_create(principal, obj)
        return YES if principal.knows_colleagues and self._keeps(principal, obj.subject) else no()

    @staticmethod
    def _keeps(principal: Principal, subject: Any) -> bool:
        return subject is not None and remembered(
            subject, principal, "keeps", lambda: policy_for(subject).can(principal, "change", subject).allowed
        )


COMMENTS = CommentPolicy()


def comments_seen_at(record: Record, principal: Principal) -> RecordQuerySet[Comment]:
    """Those on one record that the principal reads: as `visible_to`, without asking about every other model."""
    subjects = type(record)._default_manager.filter(pk=record.pk)
    return comments_of(record).filter(COMMENTS.at(principal, subjects))


def said_by(comment: Comment, principal: Principal) -> str:
    """Who said it, for a reader: the name where they may know it, else on which side of the table they sit."""
    return name_for(principal, comment.author_label, comment.author_id) or (
        _("The programme") if comment.is_by_programme else _("An institution taking part")
    )


def add_comment(
    subject: Record, *, actor: Actor, text: str, audience: str = CommentAudience.PROGRAMME
) -> Comment:
    """Say something about a record.  Raises Forbidden, ValidationError."""
    comment = Comment(
        subject=subject,
        text=text.strip(),
        audience=audience,
        author_id=actor.user_id,
        author_label=actor.label[:200],
        is_by_programme=actor.principal.knows_colleagues,
    )
    return create_record(comment, actor=actor)


@transaction.atomic
def withdraw_comment(
    comment: Comment, *, actor: Actor, expected_version: int | None = None, reason: str = ""
) -> Comment:
    """Take the words away for good; that there were some stays.  Raises StaleRecord, Forbidden, Refused."""
    current = lock(comment, expected_version=expected_version)
    if current.withdrawn_at is not None:
        raise Refused(_("This comment was withdrawn already."), code="withdrawn")
    changes = {"text": "", "withdrawn_at": timezone.now()}
    return update_record(current, actor=actor, changes=changes, reason=reason, right="withdraw")


def register() -> None:
    register_policy(Comment, COMMENTS)
