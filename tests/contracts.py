"""What every resource of the API promises, tested once. A resource subclasses ApiContract with its data."""

from contextlib import suppress
from typing import Any, ClassVar

import pytest
from django.core.cache import caches
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fmm_portal.api.resources import viewset_of
from fmm_portal.core.activity import history_of, record_activity
from fmm_portal.core.errors import DomainError
from fmm_portal.core.models import Record
from fmm_portal.core.multilingual import Multilingual, MultilingualField
from fmm_portal.core.principals import system_actor
from fmm_portal.core.services import update_record
from tests.api_client import ApiClient, as_agency, as_persona
from tests.personas import anpe_togo


@pytest.mark.django_db
class ApiContract:
    """`writer` may do everything here, `reader` sees the records and changes nothing, `outsider` sees none.

    Leave `outsider` empty where everybody with a role reads; leave `creates`, `updates` or `deletes` off where the
    resource has no such method or never allows it.
    """

    resource: ClassVar[str]
    writer: ClassVar[str] = "amina"
    reader: ClassVar[str] = "eva"
    outsider: ClassVar[str] = "fatou"
    creates: ClassVar[bool] = True
    # Made in a way of its own, such as by a form with a file; then `creates` is off and tests of its own say how.
    creates_otherwise: ClassVar[bool] = False
    updates: ClassVar[bool] = True
    deletes: ClassVar[bool] = True
    # A change of one field, and bad values with the field that the refusal must name.
    change: ClassVar[dict[str, Any]] = {}
    bad: ClassVar[dict[str, Any]] = {}
    # A field to order by that differs between records.
    ordering: ClassVar[str] = "updated_at"
    is_searchable: ClassVar[bool] = False

    # Who tries to change records and may not: the reader, unless those who read them may all change them, too.
    refused: ClassVar[str] = ""
    # What they are told who try to change a record of `make`.
    refusal: ClassVar[tuple[int, str]] = (403, "forbidden")

    # --- what a subclass gives ---

    def make(self) -> Record:
        """A record with all its relations filled, in the reader's sight and out of the outsider's."""
        raise NotImplementedError

    def make_readable(self) -> Record:
        """A record in the reader's sight, where that of `make` is not."""
        return self.make()

    def grow(self, record: Any) -> None:
        """Add one of each part that the record's own page shows."""

    def payload(self) -> dict[str, Any]:
        """What creates a record."""
        raise NotImplementedError

    def found_by(self, record: Record) -> str:
        """Words that find this record and none of its like."""
        raise NotImplementedError

    # --- tools ---

    def address(self, record: Record) -> str:
        return f"{self.resource}/{record.pk}/"

    def model(self) -> type[Any]:
        import fmm_portal.api.urls  # noqa: F401 - registers them
        from fmm_portal.api.resources import resource_models

        return resource_models()[self.resource]

    def ids(self, caller: ApiClient, query: str = "") -> list[int]:
        """The ids on all pages of the list."""
        found: list[int] = []
        path = f"{self.resource}/?page_size=200&{query}"
        while path:
            response = caller.get(path)
            assert response.status_code == 200, response.content
            page = response.json()
            found += [row["id"] for row in page["results"]]
            path = page["next"]
        return found

    def walked(self, caller: ApiClient, query: str = "page_size=200") -> list[int]:
        """The ids as a walk by cursor finds them."""
        found: list[int] = []
        path = f"{self.resource}/?paging=cursor&{query}"
        while path:
            response = caller.get(path)
            assert response.status_code == 200, response.content
            page = response.json()
            assert (page["count"], page["previous"]) == (None, None)
            found += [row["id"] for row in page["results"]]
            path = page["next"]
        return found

    def among(self, ids: list[int], *records: Record) -> list[int]:
        """The ids of these records in the order of the list; migrations may have brought others."""
        wanted = {record.pk for record in records}
        return [pk for pk in ids if pk in wanted]

    @staticmethod
    def problem(response: Any, status: int, code: str) -> dict[str, Any]:
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/problem+json"
        body: dict[str, Any] = response.json()
        assert (body["status"], body["code"]) == (status, code), body
        assert body["detail"] and body["title"]
        return body

    # --- reading ---

    def test_list_shows_the_rows_in_scope(self) -> None:
        records = [self.make_readable(), self.make_readable()]
        pks = {record.pk for record in records}
        assert set(self.ids(as_persona(self.writer))) == set(
            self.model().objects.values_list("pk", flat=True)
        )
        assert set(self.among(self.ids(as_persona(self.reader)), *records)) == pks
        if self.outsider:
            assert self.among(self.ids(as_persona(self.outsider)), *records) == []

    def test_retrieve_shows_the_record_with_its_address_and_version(self) -> None:
        record = self.make_readable()
        response = as_persona(self.reader).get(self.address(record))
        assert response.status_code == 200, response.content
        shown = response.json()
        assert shown["id"] == record.pk
        assert shown["url"] == f"http://testserver/api/v1/{self.address(record)}"
        assert shown["version"] == record.version
        assert response["ETag"].startswith(f'"{record.version}-')

    def test_relations_are_an_integer_and_a_brief(self) -> None:
        shown = as_persona(self.writer).get(self.address(self.make())).json()
        for name, value in shown.items():
            if name.endswith("_ids"):
                assert all(isinstance(pk, int) for pk in value), name
            elif name.endswith("_id") and value is not None:
                assert isinstance(value, int), name
                brief = shown[name.removesuffix("_id")]
                assert brief["id"] == value
                assert set(brief) >= {"id", "url"}

    def test_list_leaves_out_personal_fields(self) -> None:
        self.make()
        rows = as_persona(self.writer).get(f"{self.resource}/").json()["results"]
        restricted = {
            *self.model().restricted_fields,
            *(f"{name}_id" for name in self.model().restricted_fields),
        }
        assert restricted & set(rows[0]) == set()

    def test_anonymous_is_asked_to_sign_in(self) -> None:
        record = self.make()
        anonymous = as_persona("anonymous")
        for response in (
            anonymous.get(f"{self.resource}/"),
            anonymous.get(self.address(record)),
            anonymous.post(f"{self.resource}/", {}),
            anonymous.patch(self.address(record), {}),
            anonymous.delete(self.address(record)),
            anonymous.get(f"{self.address(record)}history/"),
        ):
            self.problem(response, 401, "not_authenticated")
            assert response["WWW-Authenticate"].startswith("Bearer")

    def test_record_out_of_scope_is_not_found(self) -> None:
        record = self.make()
        if not self.outsider:
            assert as_persona("fatou").get(self.address(record)).status_code == 200
            return
        outsider = as_persona(self.outsider)
        before = self.state(record)
        self.problem(outsider.get(self.address(record)), 404, "not_found")
        self.problem(outsider.get(f"{self.address(record)}history/"), 404, "not_found")
        if self.updates:
            self.problem(outsider.patch(self.address(record), self.change), 404, "not_found")
        if self.deletes:
            self.problem(outsider.delete(self.address(record)), 404, "not_found")
        assert self.state(record) == before

    def state(self, record: Record) -> dict[str, Any]:
        return dict(self.model().objects.filter(pk=record.pk).values().get())

    def test_methods_not_offered_are_refused(self) -> None:
        record = self.make()
        writer = as_persona(self.writer)
        assert writer._client.put(f"/api/v1/{self.address(record)}").status_code == 405
        refused = {403, 405}
        if not (self.creates or self.creates_otherwise):
            assert writer.post(f"{self.resource}/", {}).status_code in refused
        if not self.updates:
            assert writer.patch(self.address(record), {}).status_code in refused
        if not self.deletes:
            assert writer.delete(self.address(record)).status_code in refused
            assert self.model().objects.filter(pk=record.pk).exists()

    # --- entity tags, pages, order, search ---

    def test_unchanged_record_and_list_are_not_sent_again(self) -> None:
        record = self.make_readable()
        reader = as_persona(self.reader)
        for path in (self.address(record), f"{self.resource}/"):
            tag = reader.get(path)["ETag"]
            again = reader.get(path, If_None_Match=tag)
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
            assert reader.get(path, If_None_Match='"other"').status_code == 200

    @pytest.mark.long
    def test_what_changed_is_sent_again(self, settings: Any) -> None:
        """Whatever changes of a record and of those that it shows: 304 only where the answer is what it was."""
        settings.KEPT_TAGS_SECONDS = 300
        caches["tags"].clear()
        record = self.make_readable()
        # Factories write no history, and while there is none nothing is kept.
        record_activity(actor=system_actor(), verb="look", subject=record, changes={})
        reader, paths = as_persona(self.reader), (self.address(record), f"{self.resource}/?page_size=200")
        for change in (self.rename_what_it_shows, self.change_it):
            known = {path: reader.get(path)["ETag"] for path in paths}
            for path, tag in known.items():
                assert reader.get(path, If_None_Match=tag).status_code == 304
            is_changed = change(record)
            for path, tag in known.items():
                told, fresh = reader.get(path, If_None_Match=tag), reader.get(path)
                assert told.status_code == (304 if fresh["ETag"] == tag else 200)
                assert path != paths[0] or not is_changed or fresh["ETag"] != tag

    def change_it(self, record: Record) -> bool:
        if not self.updates:
            return False
        response = as_persona(self.writer).patch(self.address(record), self.change)
        return bool(response.status_code == 200)

    @staticmethod
    def rename_what_it_shows(record: Record) -> bool:
        """Give another text to all records that this one names, as far as their rules let it be."""
        for field in [*record._meta.fields, *record._meta.many_to_many]:
            if not field.is_relation:
                continue
            found: Any = getattr(record, field.name)
            for other in [found] if field in record._meta.fields else found.all():
                for text in other._meta.fields if isinstance(other, Record) else ():
                    if isinstance(text, MultilingualField) and text.editable:
                        with suppress(DomainError, DjangoValidationError):
                            values = {text.name: Multilingual(en=f"Another {text.name} of {other.pk}")}
                            update_record(other, actor=system_actor(), changes=values)
        return False

    def test_briefs_say_what_records_say_of_themselves(self) -> None:
        """In a list and beside one record, each read in a way of its own."""
        record, writer = self.make(), as_persona(self.writer)
        listed: Any = None
        path = f"{self.resource}/?page_size=200"
        while path and listed is None:
            page = writer.get(path).json()
            listed = next((row for row in page["results"] if row["id"] == record.pk), None)
            path = page["next"]
        whole = writer.get(self.address(record)).json()
        themselves: dict[str, Any] = {}
        for name, value in [*listed.items(), *whole.items()]:
            for brief in value if isinstance(value, list) else [value]:
                if not (isinstance(brief, dict) and brief.get("url") and "id" in brief):
                    continue
                if brief["url"] not in themselves:
                    answer = writer.get(brief["url"])
                    themselves[brief["url"]] = answer.json() if answer.status_code == 200 else {}
                itself = themselves[brief["url"]]
                told = {key: text for key, text in brief.items() if key in itself}
                assert told == {key: itself[key] for key in told}, name

    def test_pages_are_stable_and_complete(self) -> None:
        records = [self.make() for _ in range(3)]
        writer = as_persona(self.writer)
        # Several pages, and not a hundred of those that migrations filled.
        size = max(2, -(-self.model().objects.count() // 3))
        seen, path, pages = [], f"{self.resource}/?page_size={size}", 0
        while path:
            page = writer.get(path).json()
            seen += [row["id"] for row in page["results"]]
            path, pages = page["next"], pages + 1
        assert len(seen) == len(set(seen)) == page["count"]
        assert {record.pk for record in records} <= set(seen)
        assert pages == -(-page["count"] // size) > 1
        assert self.walked(writer, f"page_size={size}") == seen

    def test_order_is_as_asked_with_ties_by_age(self) -> None:
        records = [self.make(), self.make(), self.make()]
        writer = as_persona(self.writer)
        up = self.among(self.ids(writer, f"ordering={self.ordering}"), *records)
        down = self.among(self.ids(writer, f"ordering=-{self.ordering}"), *records)
        assert len(up) == 3
        assert down == up[::-1]
        assert self.among(self.walked(writer, f"ordering={self.ordering}"), *records) == up
        assert self.among(self.walked(writer, f"ordering=-{self.ordering}"), *records) == down
        body = self.problem(writer.get(f"{self.resource}/?ordering=shoe_size"), 400, "invalid")
        assert [error["field"] for error in body["errors"]] == ["ordering"]

    def test_search_finds_the_record(self) -> None:
        first, other = self.make(), self.make()
        writer = as_persona(self.writer)
        if self.is_searchable:
            assert self.among(self.ids(writer, f"search={self.found_by(first)}"), first, other) == [first.pk]
        else:
            body = self.problem(writer.get(f"{self.resource}/?search=x"), 400, "invalid")
            assert [(error["field"], error["code"]) for error in body["errors"]] == [
                ("search", "unknown_parameter")
            ]

    def test_changes_since_a_moment(self) -> None:
        record = self.make()
        writer = as_persona(self.writer)
        moment = record.updated_at.isoformat().replace("+", "%2B")
        assert record.pk in self.ids(writer, f"updated_after={moment}")
        assert self.ids(writer, "updated_after=2999-01-01T00:00:00Z") == []

    @pytest.mark.parametrize("persona", ["writer", "reader"])
    def test_list_costs_the_same_queries_at_one_and_three_rows(self, persona: str) -> None:
        caller = as_persona(getattr(self, persona))
        self.make_readable()
        first = self.queries(caller, f"{self.resource}/?page_size=200")
        self.make_readable()
        self.make_readable()
        assert self.queries(caller, f"{self.resource}/?page_size=200") == first

    def test_record_costs_the_same_queries_with_one_and_three_of_each_part(self) -> None:
        record = self.make()
        self.grow(record)
        writer = as_persona(self.writer)
        first = [
            self.queries(writer, self.address(record)),
            self.queries(writer, f"{self.address(record)}history/"),
        ]
        self.grow(record)
        self.grow(record)
        after = [
            self.queries(writer, self.address(record)),
            self.queries(writer, f"{self.address(record)}history/"),
        ]
        assert after == first

    def queries(self, caller: ApiClient, path: str) -> int:
        caller.get(path)
        with CaptureQueriesContext(connection) as captured:
            response = caller.get(path)
        assert response.status_code == 200, response.content
        return len(captured)

    # --- creating ---

    def test_create(self) -> None:
        if not self.creates:
            return
        payload = self.payload()
        response = as_persona(self.writer).post(f"{self.resource}/", payload)
        assert response.status_code == 201, response.content
        shown = response.json()
        assert response["Location"] == shown["url"]
        assert {name: shown[name] for name in payload if name in shown} == {
            name: value for name, value in payload.items() if name in shown
        }
        record = self.model().objects.get(pk=shown["id"])
        entry = history_of(record).filter(subject_id=record.pk, verb="create").get()
        assert (entry.source, entry.subject) == ("screen", record)

    def test_create_is_refused_to_readers_and_read_only_keys(self) -> None:
        if not self.creates:
            return
        payload = self.payload()
        reader, key = as_persona(self.refused or self.reader), as_agency(anpe_togo(), "*:read")
        before = self.model().objects.count()
        self.problem(reader.post(f"{self.resource}/", payload), 403, "forbidden")
        self.problem(key.post(f"{self.resource}/", payload), 403, "missing_scope")
        assert self.model().objects.count() == before

    def test_create_names_what_is_wrong_and_creates_nothing(self) -> None:
        if not self.creates:
            return
        writer = as_persona(self.writer)
        payload = self.payload()
        before = self.model().objects.count()
        for name, value in self.bad.items():
            body = self.problem(writer.post(f"{self.resource}/", {**payload, name: value}), 400, "invalid")
            assert [error["field"] for error in body["errors"]] == [name]
        body = self.problem(writer.post(f"{self.resource}/", {**payload, "shoe_size": 42}), 400, "invalid")
        assert [(e["field"], e["code"]) for e in body["errors"]] == [("shoe_size", "unknown_field")]
        body = self.problem(writer.post(f"{self.resource}/", {**payload, "id": 7}), 400, "invalid")
        assert [(e["field"], e["code"]) for e in body["errors"]] == [("id", "read_only")]
        assert self.model().objects.count() == before

    # --- changing ---

    def test_update_keeps_history(self) -> None:
        if not self.updates:
            return
        record = self.make()
        response = as_persona(self.writer).patch(self.address(record), self.change)
        assert response.status_code == 200, response.content
        shown = response.json()
        assert {name: shown[name] for name in self.change} == self.change
        assert shown["version"] == record.version + 1
        entry = history_of(record).filter(subject_id=record.pk, verb="update").get()
        assert set(entry.changes) == {name.removesuffix("_id") for name in self.change}
        page = as_persona(self.writer).get(f"{self.address(record)}history/").json()
        assert page["results"][0]["verb"] == "update"
        assert page["results"][0]["subject"]["id"] == record.pk

    def test_update_is_refused_to_readers_and_read_only_keys(self) -> None:
        if not self.updates:
            return
        record = self.make()
        before = self.state(record)
        refused = as_persona(self.refused or self.reader)
        self.problem(refused.patch(self.address(record), self.change), *self.refusal)
        key = as_agency(anpe_togo(), "*:read", "*:act")
        self.problem(key.patch(self.address(record), self.change), 403, "missing_scope")
        if self.deletes:
            self.problem(key.delete(self.address(record)), 403, "missing_scope")
        assert self.state(record) == before

    def test_update_names_what_is_wrong_and_changes_nothing(self) -> None:
        if not self.updates:
            return
        record = self.make()
        before = self.state(record)
        writer = as_persona(self.writer)
        for name, value in self.bad.items():
            body = self.problem(
                writer.patch(self.address(record), {**self.change, name: value}), 400, "invalid"
            )
            assert [error["field"] for error in body["errors"]] == [name]
        assert self.state(record) == before

    def test_second_of_two_writes_from_one_reading_is_refused(self) -> None:
        if not self.updates:
            return
        record = self.make()
        writer = as_persona(self.writer)
        tag = writer.get(self.address(record))["ETag"]
        first = writer.patch(self.address(record), self.change, If_Match=tag)
        assert first.status_code == 200, first.content
        after = self.state(record)
        body = self.problem(writer.patch(self.address(record), self.change, If_Match=tag), 412, "stale")
        assert body["current_version"] == record.version + 1
        stale = {**self.change, "version": record.version}
        body = self.problem(writer.patch(self.address(record), stale), 412, "stale")
        assert body["changed_by"] == self.writer.capitalize()
        assert self.state(record) == after
        # With the tag of the first answer the next write goes through, twice in a row.
        assert writer.patch(self.address(record), self.change, If_Match=first["ETag"]).status_code == 200
        assert writer.patch(self.address(record), self.change, If_Match=first["ETag"]).status_code == 200

    # --- many at once ---

    def test_bulk_create_is_all_or_nothing(self) -> None:
        if not self.creates or "create" not in viewset_of(self.model()).in_bulk:
            return
        writer, path, payload = as_persona(self.writer), f"{self.resource}/bulk/", self.payload()
        before = self.model().objects.count()
        name = next(iter(self.bad))
        rows = [payload, {**payload, name: self.bad[name]}, {**payload, "shoe_size": 42}, 7]
        body = self.problem(writer.post(path, rows), 400, "invalid")
        # Rows may be refused beside their like, too.
        assert {f"1.{name}", "2.shoe_size", "3"} <= {error["field"] for error in body["errors"]}
        assert self.model().objects.count() == before
        response = writer.post(path, [payload])
        assert response.status_code == 201, response.content
        (shown,) = response.json()["results"]
        assert {key: shown[key] for key in payload if key in shown} == {
            key: value for key, value in payload.items() if key in shown
        }
        record = self.model().objects.get(pk=shown["id"])
        assert history_of(record).filter(subject_id=record.pk, verb="create").count() == 1

    def test_bulk_update_is_all_or_nothing(self) -> None:
        if not self.updates or "partial_update" not in viewset_of(self.model()).in_bulk:
            return
        writer, path, record = as_persona(self.writer), f"{self.resource}/bulk/", self.make()
        row = {"id": record.pk, "version": record.version, **self.change}
        before = self.state(record)
        body = self.problem(writer.patch(path, [row, {**row, "id": 0}, row, 7]), 400, "invalid")
        assert [(e["field"], e["code"]) for e in body["errors"]] == [
            ("1.id", "does_not_exist"),
            ("2.id", "given_twice"),
            ("3", "invalid"),
        ]
        assert self.state(record) == before
        response = writer.patch(path, [row])
        assert response.status_code == 200, response.content
        (shown,) = response.json()["results"]
        known = {name: value for name, value in self.change.items() if name in shown}
        assert {name: shown[name] for name in known} == known
        assert (shown["id"], shown["version"]) == (record.pk, record.version + 1)
        assert history_of(record).filter(subject_id=record.pk, verb="update").count() == 1
        body = self.problem(writer.patch(path, [row]), 412, "stale")
        assert [(e["field"], e["code"]) for e in body["errors"]] == [("0", "stale")]

    # --- deleting ---

    def test_delete_keeps_history(self) -> None:
        if not self.deletes:
            return
        record = self.make()
        writer = as_persona(self.writer)
        refused = as_persona(self.refused or self.reader)
        self.problem(refused.delete(self.address(record)), *self.refusal)
        self.problem(writer.delete(self.address(record), If_Match='"99-' + "0" * 32 + '"'), 412, "stale")
        assert self.model().objects.filter(pk=record.pk).exists()
        assert writer.delete(self.address(record)).status_code == 204
        assert not self.model().objects.filter(pk=record.pk).exists()
        entry = history_of(record).filter(subject_id=record.pk, verb="delete").get()
        assert entry.subject_label
        self.problem(writer.get(self.address(record)), 404, "not_found")
