"""`make` explains every command, and every command named in the documents exists."""

import re
import subprocess

from tests.project.commands import ROOT


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


def test_make_alone_lists_every_command_with_its_purpose() -> None:
    shown = subprocess.run(["make", "--silent"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"^  ([a-z-]+) +\S", shown, re.M)) == targets()


def test_every_command_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)

    assert phony is not None
    assert set(phony[1].split()) == targets()


def test_documents_name_only_commands_that_exist() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = {name for page in pages for name in re.findall(r"`make ([a-z-]+)", page.read_text())}

    assert named - targets() == set()
    assert {"demo", "test"} <= named
