"""Rules of the suite itself that one forgotten line would break for every test after it."""

import re

from tests.project.commands import ROOT


def test_tests_that_empty_the_database_put_its_countries_back() -> None:
    """A transactional test empties every table; one that does not restore them starves and clashes with the next."""
    careless = [
        f"{path.relative_to(ROOT)}: {mark}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for mark in re.findall(r"django_db\([^)]*transaction=True[^)]*\)", path.read_text(encoding="utf-8"))
        if "serialized_rollback=True" not in mark and path.name != "test_suite.py"
    ]

    assert careless == []


def test_tests_that_ask_for_a_persona_by_name_or_a_server_say_that_they_need_the_database() -> None:
    """Unmarked ones would find no database made ready for them, or leave an empty one."""
    unmarked = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if re.search(r"getfixturevalue|live_server: ", text := path.read_text(encoding="utf-8"))
        and "django_db" not in text
        and path.name != "test_suite.py"
    ]

    assert unmarked == []
