"""The locks hold hashes and no address: they install from whatever registry a machine is set up with."""

import re

import pytest

from tests.project.commands import ROOT

LOCKS = ["uv.txt", "base.txt", "dev.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_every_pinned_package_has_a_hash(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text().strip())

    assert blocks
    without = [
        block for block in blocks if not re.match(r"[\w.\[\]-]+==\S+", block) or "--hash=sha256:" not in block
    ]
    assert without == []


@pytest.mark.parametrize("name", [*LOCKS, "uv.in", "base.in", "dev.in"])
def test_no_lock_names_an_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()

    assert re.findall(r"https?://|file://|--(?:extra-)?index-url|--find-links", text) == []


def test_what_runs_is_a_part_of_what_is_tested_in_the_same_versions() -> None:
    base, dev = (
        set(re.findall(r"^([\w.\[\]-]+==[^\s;\\]+)", (ROOT / "requirements" / name).read_text(), re.M))
        for name in ("base.txt", "dev.txt")
    )

    assert base - dev == set()
