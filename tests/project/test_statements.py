"""What the portal must hold and do, statement by statement: each of them is named by a test that proves it."""

import ast
import re

import pytest

from tests.project.commands import ROOT

# The numbered statements on requests and actions (9 to 18), evaluations (42 to 44) and strategies (45 to 54).
STATEMENTS = (*range(9, 19), *range(42, 55))
NAMED = re.compile(r"statements? (\d+(?:(?:,| and| to) \d+)*)", re.IGNORECASE)


def numbers_in(text: str) -> set[int]:
    """The numbers that a docstring or name tells: "Statement 47.", "statements 9, 10 and 12", "test_statement_9"."""
    found: set[int] = set()
    for match in NAMED.finditer(text.replace("_", " ")):
        found |= {int(number) for number in re.findall(r"\d+", match[1])}
    return found


def proven() -> set[int]:
    """The numbers that test functions and test classes name."""
    found: set[int] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower().startswith("test"):
                found |= numbers_in(f"{node.name}\n{ast.get_docstring(node) or ''}")
    return found


PROVEN = proven()


@pytest.mark.parametrize("number", STATEMENTS)
def test_every_statement_is_named_by_a_test(number: int) -> None:
    assert number in PROVEN
