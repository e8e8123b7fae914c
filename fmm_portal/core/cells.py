"""Texts in the cells of spreadsheets: what a cell can hold, and nothing that would be run."""

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

# What a spreadsheet holds in one cell.
LONGEST_TEXT = 32_767
# A text that begins like this would be run as a formula, here or in the program of whoever opens the file.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def tidy(text: str) -> str:
    """A text as a cell can hold it: no control characters, line ends of one kind, not longer than allowed."""
    if text.isprintable() and len(text) < LONGEST_TEXT:
        # One line without control characters, as most are.
        return text.strip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return str(ILLEGAL_CHARACTERS_RE.sub("", lines)).strip()[: LONGEST_TEXT - 1]


def neutralised(text: str) -> str:
    """With an apostrophe before what would be run as a formula, or is itself an apostrophe."""
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def restored(text: str) -> str:
    """The text as it was before `neutralised`."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*FORMULA_STARTS, "'")) else text
