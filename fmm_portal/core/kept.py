"""Answers that cost many queries, kept in the process: until anything is entered in the history, and not for long.

What a principal sees follows from their grants, from the rows and from what they follow, and every change of rows is
in the history. So an answer is right as long as its newest entry and the person's follows are the same. The few
things that happen without an entry, such as the progress of a report, show once `KEPT_SECONDS` have passed.
"""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max, Subquery
from django.utils.translation import get_language

from fmm_portal.core.models import Activity, Follow
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Principal

T = TypeVar("T")


def kept(what: str, principal: Principal, build: Callable[[], T]) -> T:
    """What `build` gives, kept for this person, in their language, on this day. `what` names the question."""
    if not settings.KEPT_SECONDS or principal.account_id is None:
        return build()
    asked = (what, principal.account_id, tuple(principal.grants), get_language(), today(), _newest(principal))
    key = f"kept-{hashlib.sha256(repr(asked).encode()).hexdigest()}"
    found: T | None = cache.get(key)
    if found is None:
        found = build()
        cache.set(key, found, settings.KEPT_SECONDS)
    return found


def _newest(principal: Principal) -> Any:
    """The newest entry and the person's follows, asked once of each loaded account, which is once in a request."""
    state = vars(principal)
    if "_newest_for_kept" not in state:
        mine = Follow.objects.filter(user=principal.account_id).order_by().values("user")
        followed = [
            Subquery(mine.annotate(found=found).values("found")) for found in (Count("pk"), Max("pk"))
        ]
        state["_newest_for_kept"] = Activity.objects.order_by("-pk").values_list("pk", *followed).first()
    return state["_newest_for_kept"]
