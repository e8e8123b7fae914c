"""Who may see and do what: one policy per model, deny by default, asked by every interface."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext as _

from fmm_portal.core.enums import Audience
from fmm_portal.core.errors import Forbidden
from fmm_portal.core.principals import Principal

M = TypeVar("M", bound=models.Model)


class Decision(NamedTuple):
    """An answer and, when it is no, the reason for the person who asked."""

    allowed: bool
    reason: str = ""


YES = Decision(True)


def no(reason: str = "") -> Decision:
    return Decision(False, reason or _("Your role does not allow this."))


class Policy:
    """Three questions about one model. The base class answers no to each of them.

    Subclasses override `scope` and the `may_<action>` methods; an action without such a method falls back
    to `may_change`, so that a forgotten rule is never wider than the right to edit.
    """

    def scope(self, principal: Principal, queryset: models.QuerySet[M]) -> models.QuerySet[M]:
        """The rows that the principal may see. Cheap: subqueries, no loops."""
        return queryset.none()

    def sees_all(self, principal: Principal) -> bool:
        """Whether `scope` leaves nothing out, so that queries over parts need not ask it."""
        return False

    def can(self, principal: Principal, action: str, obj: Any = None) -> Decision:
        """Whether the principal may do `action`; `obj` is None only for "create" in general."""
        if not principal.is_authenticated:
            return no(_("Sign in first."))
        rule: Callable[[Principal, Any], Decision] = getattr(self, f"may_{action}", self.may_change)
        return rule(principal, obj)

    def may_view(self, principal: Principal, obj: Any) -> Decision:
        """Seen is what is in scope."""
        if obj is None:
            return YES
        row = type(obj)._default_manager.filter(pk=obj.pk)
        visible = self.scope(principal, row)
        # A scope that leaves nothing out need not look for what is at hand.
        is_seen = obj.pk is not None if visible is row else visible.exists()
        return YES if is_seen else no()

    def internal_scope(self, principal: Principal, queryset: models.QuerySet[M]) -> models.QuerySet[M]:
        """The rows on which the principal reads what the programme says among itself: its staff, what they see."""
        return self.scope(principal, queryset) if principal.knows_colleagues else queryset.none()

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[M]
    ) -> models.QuerySet[M]:
        """The rows whose documents of this audience the principal may open.

        Where no policy says who takes part, what is for those is for the programme's staff.
        """
        is_open = audience == Audience.EVERYONE
        return self.scope(principal, hosts) if is_open else self.internal_scope(principal, hosts)

    def may_comment(self, principal: Principal, obj: Any) -> Decision:
        """Whoever reads the programme's side of a record; where documents are, those who take part as well."""

        def is_inside() -> bool:
            return self.internal_scope(principal, type(obj)._default_manager.filter(pk=obj.pk)).exists()

        return YES if obj is not None and remembered(obj, principal, "inside", is_inside) else no()

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return no()

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        return no()

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return no()

    def hidden_fields(self, principal: Principal, obj: Any) -> frozenset[str]:
        """Names of fields that this principal may not read on this record."""
        return frozenset()


class PartPolicy(Policy):
    """A part of another record: seen with its owner, changed by whoever may change the owner.

    `path` leads from the part to the owner, such as "action" or "committee__strategy".
    """

    def __init__(self, owner: type[models.Model], path: str) -> None:
        self.owner = owner
        self.path = path

    def owner_of(self, obj: Any) -> Any:
        """The record that a part belongs to; None where there is none yet."""
        for step in self.path.split("__"):
            obj = getattr(obj, step, None)
        return obj

    def scope(self, principal: Principal, queryset: models.QuerySet[M]) -> models.QuerySet[M]:
        policy = policy_for(self.owner)
        if policy.sees_all(principal):
            return queryset
        owners = policy.scope(principal, self.owner._default_manager.all()).order_by()
        return queryset.filter(**{f"{self.path}__in": owners.values("pk")})

    def internal_scope(self, principal: Principal, queryset: models.QuerySet[M]) -> models.QuerySet[M]:
        """As of the owner, among the parts that the principal sees."""
        policy = policy_for(self.owner)
        if policy.sees_all(principal):
            return super().internal_scope(principal, queryset)
        owners = policy.internal_scope(principal, self.owner._default_manager.all()).order_by()
        return self.scope(principal, queryset).filter(**{f"{self.path}__in": owners.values("pk")})

    def document_scope(
        self, principal: Principal, audience: str, hosts: models.QuerySet[M]
    ) -> models.QuerySet[M]:
        """As of the owner, among the parts that the principal sees."""
        owners = policy_for(self.owner).document_scope(principal, audience, self.owner._default_manager.all())
        return self.scope(principal, hosts).filter(**{f"{self.path}__in": owners.order_by().values("pk")})

    def may_create(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_change(self, principal: Principal, obj: Any) -> Decision:
        owner = self.owner_of(obj) if obj is not None else None
        return policy_for(self.owner).can(principal, "change", owner)

    def may_delete(self, principal: Principal, obj: Any) -> Decision:
        return self.may_change(principal, obj)

    def may_override(self, principal: Principal, obj: Any) -> Decision:
        owner = self.owner_of(obj) if obj is not None else None
        return policy_for(self.owner).can(principal, "override", owner)


def remembered(record: models.Model, principal: Principal, question: str, ask: Callable[[], bool]) -> bool:
    """The answer to a question that costs a query, asked once of each loaded record.

    The rows of a page share their parent; without this each row would ask the database the same again.
    """
    answers: dict[Any, bool] = record.__dict__.setdefault("_policy_answers", {})
    key = (question, tuple(principal.grants), principal.account_id)
    if key not in answers:
        answers[key] = ask()
    return answers[key]


def colleague_fields(model: type[models.Model]) -> frozenset[str]:
    """The fields of a model that name people who work with the portal."""
    account = get_user_model()
    return frozenset(field.name for field in model._meta.concrete_fields if field.related_model is account)


_policies: dict[type[models.Model], Policy] = {}


def register_policy(model: type[models.Model], policy: Policy) -> None:
    _policies[model] = policy


def policy_for(model: type[models.Model] | models.Model) -> Policy:
    """The model's policy. Raises ImproperlyConfigured when there is none: nothing is public by omission."""
    model_class = model if isinstance(model, type) else type(model)
    try:
        return _policies[model_class]
    except KeyError:
        raise ImproperlyConfigured(
            f"{model_class.__name__} has no policy; register one in apps.py."
        ) from None


def can(principal: Principal, action: str, obj: models.Model | type[models.Model]) -> Decision:
    """Ask the model's policy; pass the class itself to ask about creating one in general."""
    is_class = isinstance(obj, type)
    return policy_for(obj).can(principal, action, None if is_class else obj)


def require(principal: Principal, action: str, obj: models.Model | type[models.Model]) -> None:
    """Raise Forbidden with the policy's reason unless the action is allowed."""
    decision = can(principal, action, obj)
    if not decision.allowed:
        raise Forbidden(decision.reason)
