"""What the pages of every resource promise, tested once. A resource subclasses PageContract with its data."""

import re
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fmm_portal.accounts.models import User
from fmm_portal.core.activity import history_of, last_change
from fmm_portal.core.comments import comment_hosts, comments_of
from fmm_portal.core.models import Activity, Record
from fmm_portal.core.resource import Resource

Browser = Callable[[User], Client]
# What differs each time that a page is asked for.
TOKENS = re.compile(r'"(?:csrfmiddlewaretoken|submission)" value="[^"]*"|"X-CSRFToken": "[^"]*"')


def hidden_value(page: str, name: str) -> str:
    """The value of a hidden field, as a browser would send it back."""
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert field, f"the page has no hidden field {name}"
    value = re.search(r'value="([^"]*)"', field[0])
    return value[1].replace("&quot;", '"') if value else ""


def errors_of(response: Any) -> Any:
    """What the form refused, for the message of a failed test."""
    return response.context and response.context["form"].errors


@pytest.mark.django_db
class PageContract:
    """`writer` keeps these records, `reader` sees and never changes them, `outsider` sees none of them.

    Leave `outsider` empty where everybody with a role reads; leave `creates` off where there is no such page.
    """

    views: ClassVar[type[Resource]]
    writer: ClassVar[str] = "amina"
    reader: ClassVar[str] = "eva"
    outsider: ClassVar[str] = "fatou"
    creates: ClassVar[bool] = True
    # One text field to change, by its name in the form, and two values for it.
    field: ClassVar[str]
    values: ClassVar[tuple[str, str]] = ("Wording of the first editor", "Wording of the second editor")

    # --- what a subclass gives ---

    def make(self) -> Record:
        """A record with all its relations filled, in the reader's sight and out of the outsider's."""
        raise NotImplementedError

    def form_data(self) -> dict[str, Any]:
        """What a person types to create a record, or to send an edit again as it is."""
        raise NotImplementedError

    # --- tools ---

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"{self.views.model._meta.app_label}:{self.views.url_name(page)}", args=args)

    @pytest.fixture(autouse=True)
    def _people(self, request: pytest.FixtureRequest, browser_of: Browser, db: None) -> None:
        self.request, self.browser_of = request, browser_of

    def as_(self, persona: str) -> Client:
        return self.browser_of(self.request.getfixturevalue(persona))

    def edited(self, page: str, text: str) -> dict[str, Any]:
        machinery = {name: hidden_value(page, name) for name in ("record_version", "record_base")}
        return {**self.form_data(), **machinery, self.field: text}

    def queries(self, client: Client, url: str) -> int:
        client.get(url)  # warms what is kept per process, such as content types
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    # --- reading ---

    def test_list_and_page_are_shown_to_who_may_read(self) -> None:
        record = self.make()
        client = self.as_(self.reader)
        assert client.get(self.url("list")).status_code == 200
        assert client.get(self.url("detail", record.pk)).status_code == 200
        assert client.get(self.url("history", record.pk)).status_code == 200

    def test_nobody_reads_without_signing_in(self, client: Client) -> None:
        record = self.make()
        for url in (self.url("list"), self.url("detail", record.pk), self.url("history", record.pk)):
            response = client.get(url)
            assert (response.status_code, response.url.split("?")[0]) == (302, reverse("accounts:login"))

    def test_account_without_a_role_sees_no_row(self) -> None:
        record = self.make()
        assert self.as_("nobody").get(self.url("detail", record.pk)).status_code == 404

    def test_page_out_of_scope_is_not_found(self) -> None:
        record = self.make()
        if not self.outsider:
            assert self.as_("fatou").get(self.url("detail", record.pk)).status_code == 200
            return
        client = self.as_(self.outsider)
        assert client.get(self.url("detail", record.pk)).status_code == 404
        assert client.get(self.url("history", record.pk)).status_code == 404
        assert self.url("detail", record.pk) not in client.get(self.url("list")).content.decode()

    def test_list_and_page_cost_the_same_at_one_and_three_rows(self) -> None:
        first = self.make()
        client = self.as_(self.reader)
        list_url, page_url = self.url("list"), self.url("detail", first.pk)
        at_one = self.queries(client, list_url), self.queries(client, page_url)
        self.make(), self.make()
        assert (self.queries(client, list_url), self.queries(client, page_url)) == at_one

    def test_page_kept_reads_as_it_did_when_new(self, settings: Any) -> None:
        record = self.make()
        settings.KEPT_SECONDS = 3600
        cache.clear()
        client, url = self.as_(self.writer), self.url("detail", record.pk)
        new, again = (TOKENS.sub("", client.get(url).content.decode()) for _time in range(2))
        assert new == again

    # --- comments ---

    def test_what_one_colleague_says_another_reads(self) -> None:
        record, text = self.make(), "The ministry rang.\nIts letter comes on Monday."
        assert self.views.model in comment_hosts()
        client, url = self.as_(self.writer), self.url("comments", record.pk)
        assert url in client.get(self.url("detail", record.pk)).content.decode()
        sent = {"text": text, "audience": "programme", "submission": str(uuid4())}
        answers = client.post(url, sent), client.post(url, sent)
        comment = comments_of(record).get()
        assert [answer.status_code for answer in answers] == [302, 302], errors_of(answers[0])
        assert answers[0].url == f"{url}#comment-{comment.pk}"
        page = self.as_("marc").get(url).content.decode()
        assert "The ministry rang.<br>Its letter comes on Monday." in page
        assert self.writer.capitalize() in page

    def test_viewer_reads_what_is_said_to_all_and_says_nothing(self) -> None:
        record = self.make()
        url = self.url("comments", record.pk)
        for audience in ("programme", "everyone"):
            said = {"text": f"Words for {audience}", "audience": audience, "submission": str(uuid4())}
            assert self.as_(self.writer).post(url, said).status_code == 302
        viewer = self.as_("eva")
        page = viewer.get(url).content.decode()
        assert "Words for everyone" in page
        assert "Words for programme" not in page
        assert "Add comment" not in page
        assert viewer.post(url, {"text": "Mine", "audience": "everyone"}).status_code == 403
        assert comments_of(record).count() == 2

    def test_page_of_comments_costs_the_same_with_one_and_three(self) -> None:
        record = self.make()
        client, url = self.as_(self.writer), self.url("comments", record.pk)

        def say() -> None:
            said = {"text": "One more", "audience": "everyone", "submission": str(uuid4())}
            assert client.post(url, said).status_code == 302

        say()
        at_one = self.queries(client, url)
        say(), say()
        assert self.queries(client, url) == at_one

    # --- writing ---

    def test_reader_finds_no_way_to_change_anything(self) -> None:
        record = self.make()
        client = self.as_(self.reader)
        page = client.get(self.url("detail", record.pk)).content.decode()
        assert self.url("edit", record.pk) not in page
        entries = Activity.objects.count()
        assert client.get(self.url("edit", record.pk)).status_code == 403
        assert client.post(self.url("edit", record.pk), self.form_data()).status_code == 403
        if self.creates:
            assert client.post(self.url("create"), self.form_data()).status_code == 403
        assert Activity.objects.count() == entries

    def test_double_click_creates_one_record(self) -> None:
        client = self.as_(self.writer)
        if not self.creates:
            assert "create" not in self.views.pages
            return
        model = self.views.model
        before = set(model._default_manager.values_list("pk", flat=True))
        data = {**self.form_data(), "submission": str(uuid4())}
        first, second = client.post(self.url("create"), data), client.post(self.url("create"), data)
        created = set(model._default_manager.values_list("pk", flat=True)) - before
        assert (first.status_code, second.status_code, len(created)) == (302, 302, 1), errors_of(first)
        assert first.url == second.url
        assert [entry.verb for entry in history_of(model._default_manager.get(pk=created.pop()))][
            -1
        ] == "create"

    def test_two_saves_in_a_row_both_count(self) -> None:
        """The first save must hand the next form its new version."""
        record = self.make()
        client, url = self.as_(self.writer), self.url("edit", record.pk)
        for text in self.values:
            response = client.post(url, self.edited(client.get(url).content.decode(), text))
            assert response.status_code == 302, errors_of(response)
        record.refresh_from_db()
        assert record.version == 3

    def test_one_edit_is_set_back_from_history(self) -> None:
        record = self.make()
        client, edit, past = (
            self.as_(self.writer),
            self.url("edit", record.pk),
            self.url("history", record.pk),
        )
        saved = client.post(edit, self.edited(client.get(edit).content.decode(), self.values[0]))
        assert saved.status_code == 302, errors_of(saved)
        entry = last_change(record)
        assert entry is not None
        undo = reverse("core:undo", args=[entry.pk])
        assert undo in client.get(past).content.decode()
        assert undo not in self.as_(self.reader).get(past).content.decode()
        assert self.as_(self.reader).post(undo).status_code == 403
        assert client.post(undo, {"next": past}).url == past
        record.refresh_from_db()
        assert record.version == 3
        back = last_change(record)
        assert back is not None
        assert back.changes == {name: [after, before] for name, (before, after) in entry.changes.items()}
        assert "is set back" not in client.get(undo).content.decode(), "it stands no more"

    def test_second_editor_is_told_and_loses_nothing(self) -> None:
        record = self.make()
        client, url = self.as_(self.writer), self.url("edit", record.pk)
        opened = client.get(url).content.decode()
        assert client.post(url, self.edited(opened, self.values[0])).status_code == 302
        late = client.post(url, self.edited(opened, self.values[1]))
        page = late.content.decode()
        assert late.status_code == 409
        assert self.values[0] in page, "what the other saved is shown"
        assert self.values[1] in page, "what was typed is kept"
        assert client.post(url, self.edited(page, self.values[1])).status_code == 302
        record.refresh_from_db()
        assert record.version == 3
