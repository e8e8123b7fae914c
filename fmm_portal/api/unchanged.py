"""`If-None-Match` answered without making the answer again.

An answer follows from its address, its reader and their rights, the language, the day and the rows. When a caller asks
whether one has changed, its tag is kept with the state of the data in which it was made; asked again in that state, the
tag is still right. In any other state the answer is made and its tag compared.
"""

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.views import APIView

from fmm_portal.api.conditional import is_known, not_modified
from fmm_portal.core.changes import state_of_data
from fmm_portal.core.partial_dates import today
from fmm_portal.core.principals import Principal

# What follows from the rows alone; actions of a resource's own may look further.
FOLLOWS_FROM_ROWS = ("list", "retrieve", "ids", "counts")


class NotMadeAgain(APIView):
    """Lets a view answer 304 from the tag that it remembers."""

    # Whether all that an answer shows is in the history, or changes with the day: not with the hour, not by a job.
    told_by_history: ClassVar[bool] = True

    _kept_as: str | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once it is known who calls, and that they may: put the tag between the request and its method."""
        super().initial(request, *args, **kwargs)
        if "If-None-Match" not in request.headers or not self._follows_from_rows(request):
            return
        state = state_of_data()
        if state is None:
            return
        self._kept_as = _name(request, state)
        tag = caches["tags"].get(self._kept_as)
        if tag is not None and is_known(request, tag):
            setattr(self, str(request.method).lower(), lambda *args, **kwargs: not_modified(tag))

    def remember_tag(self, response: HttpResponse) -> HttpResponse:
        """Keep the tag of an answer, if it was asked for and the state was known before anything was read."""
        if self._kept_as is not None:
            caches["tags"].set(self._kept_as, response["ETag"], settings.KEPT_TAGS_SECONDS)
        return response

    def _follows_from_rows(self, request: Request) -> bool:
        # An expanded record may be one of which no history tells.
        is_plain = self.told_by_history and "expand" not in request.query_params
        is_read = getattr(self, "action", None) in FOLLOWS_FROM_ROWS
        return bool(settings.KEPT_TAGS_SECONDS and is_plain and is_read)


def _name(request: Request, state: tuple[Any, ...]) -> str:
    principal: Principal = request.actor.principal  # type: ignore[attr-defined]
    reader = (principal.account_id, tuple(principal.grants)) if principal.account_id else principal
    asked = (
        request.build_absolute_uri(), request.headers.get("Accept"), get_language(), today(), reader, state,
    )  # fmt: skip
    return hashlib.sha256(repr(asked).encode()).hexdigest()
