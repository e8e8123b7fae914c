"""What every model and every page must have; a new one without it fails here."""

import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from fmm_portal.accounts.key_views import ApiKeyViews
from fmm_portal.core.documents import document_hosts
from fmm_portal.core.models import Record
from fmm_portal.core.policies import Policy, policy_for
from fmm_portal.core.workflow import all_workflows
from fmm_portal.reports.views import ReportViews
from studyvisits.views.agenda import AgendaVersionViews
from tests.page_contract import PageContract

# Lists whose rows nobody edits on a page of their own; their tests are named beside them.
WITHOUT_CONTRACT = {
    "CountryViews": "tests/institutions/test_views.py",
    "ThemeViews": "tests/institutions/test_views.py",
    "ReportViews": "tests/reports/test_views.py",
    "ApiKeyViews": "tests/accounts/test_key_views.py",
}

# A published agenda never changes, and a report is a file of who asked for it: both stand on the record's own page.
# A key is its agency's own affair; reasons are kept with each change.
WITHOUT_TALK = {AgendaVersionViews, ReportViews, ApiKeyViews}


def records() -> list[type[Record]]:
    return [model for model in apps.get_models() if issubclass(model, Record)]


def page_classes() -> set[type]:
    """The classes behind all addresses of the web pages."""

    def walk(resolver: URLResolver) -> set[type]:
        found: set[type] = set()
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                found |= walk(pattern)
            elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "views"):
                found.add(pattern.callback.views)
        return found

    return walk(get_resolver())


def contracts() -> set[type]:
    """The page classes that a contract holds."""
    for path in Path(settings.BASE_DIR, "tests").rglob("test_*views.py"):
        importlib.import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
    return {contract.views for contract in PageContract.__subclasses__()}


@pytest.mark.parametrize("model", records(), ids=lambda model: model.__name__)
def test_every_record_has_a_policy_of_its_own(model: type[Record]) -> None:
    assert type(policy_for(model)) is not Policy, "the base policy lets nobody in: it was forgotten"


def test_every_list_keeps_the_contract_of_pages() -> None:
    lists = {views for views in page_classes() if "list" in views.pages}
    missing = {views.__name__ for views in lists - contracts()}
    assert missing == set(WITHOUT_CONTRACT)
    assert [path for path in WITHOUT_CONTRACT.values() if not Path(settings.BASE_DIR, path).exists()] == []


def test_every_page_of_a_record_tells_its_history_and_takes_comments() -> None:
    shown = {views for views in page_classes() if "detail" in views.pages} - WITHOUT_TALK
    assert {views.__name__ for views in shown if "history" not in views.pages} == set()
    assert {views.__name__ for views in shown if "comments" not in views.all_pages()} == set()


def test_every_page_of_a_record_carries_documents_but_those_of_persons_and_systems() -> None:
    """Papers about a person are travel documents and the like: restricted data, with rules of their own."""
    shown = {views.model for views in page_classes() if "detail" in views.pages and views not in WITHOUT_TALK}
    assert {model.__name__ for model in shown - set(document_hosts())} == {
        "Contact", "Delegate", "Subscription",
    }  # fmt: skip


@pytest.mark.parametrize("workflow", all_workflows(), ids=lambda workflow: workflow.model.__name__)
def test_every_state_can_be_reached_and_left_or_reopened(workflow) -> None:
    """No state is a trap, and none is only a word."""
    states = {value for value, _label in workflow.model._meta.get_field(workflow.field).flatchoices}
    initial = workflow.model._meta.get_field(workflow.field).get_default()
    reached = {initial, *(transition.target for transition in workflow.transitions)}
    left = {source for transition in workflow.transitions for source in transition.sources}
    assert reached == states
    # One who was replaced stays so: the seat is somebody else's.
    assert states - left in (set(), {"replaced"})
