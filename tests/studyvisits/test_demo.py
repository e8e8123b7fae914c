"""The parts of `make demo` that can be tried without it: notes, ports, processes, the check of the PDF."""

import json
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError
from weasyprint import HTML

from studyvisits.demo.founding_case import DATES, POSITIONS, STOPS, missing_from_debrief_note
from studyvisits.demo.notes import DemoNotes
from studyvisits.demo.processes import free_port, running, wait_until_ready


def pdf_of(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "note.pdf"
    HTML(string="".join(f"<p>{line}</p>" for line in lines)).write_pdf(path)
    return path


def is_gone(pid: str) -> bool:
    """Ended; perhaps not yet collected by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


def test_notes_outlive_a_restart_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    notes = DemoNotes(
        api_key="fmm_x", accounts=[{"role": "officer", "username": "o@demo.example", "password": "p"}]
    )

    notes.write(tmp_path / "demo.json")

    assert DemoNotes.read(tmp_path / "demo.json") == notes
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert set(json.loads((tmp_path / "demo.json").read_text())) == {
        "base_url",
        "accounts",
        "api_key",
        "officer_api_key",
        "debrief_pdf",
        "study_visit_reference",
    }


@pytest.mark.parametrize("content", ["", "not json", '{"unknown": 1}'])
def test_notes_that_cannot_be_read_are_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "demo.json").write_text(content)

    assert DemoNotes.read(tmp_path / "demo.json") == DemoNotes()


def test_a_known_password_is_kept_and_an_unknown_one_is_random() -> None:
    notes = DemoNotes(accounts=[{"role": "officer", "username": "o@demo.example", "password": "kept"}])

    assert notes.password_of("o@demo.example") == "kept"
    fresh = {notes.password_of("v@demo.example") for _each in range(3)}
    assert len(fresh) == 3
    assert all(len(password) >= 12 for password in fresh)


def test_a_port_that_is_taken_gives_way_to_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        other = free_port(port)

    assert other != port
    assert free_port(other) == other


def test_a_note_with_everything_lacks_nothing(tmp_path: Path) -> None:
    path = pdf_of(tmp_path, *POSITIONS, *STOPS, "21 to 25 January 2019")

    assert missing_from_debrief_note(path) == []


def test_what_a_note_lacks_is_named(tmp_path: Path) -> None:
    path = pdf_of(tmp_path, *POSITIONS[:3], *POSITIONS[4:], *STOPS[:5], "21 to 26 January 2019")

    assert missing_from_debrief_note(path) == [
        "Director of Togolese Abroad",
        "ANETI",
        "21 to 25 January 2019",
    ]


def test_a_short_title_is_not_found_in_a_longer_one(tmp_path: Path) -> None:
    others = [name for name in POSITIONS if name != "Director General"]
    path = pdf_of(tmp_path, *others, *STOPS, "21-25 January 2019")

    assert missing_from_debrief_note(path) == ["Director General"]


@pytest.mark.parametrize(
    "text",
    ["21 to 25 January 2019", "21 January to 25 January 2019", "21-25 January 2019", "21 - 25 January 2019"],
)
def test_the_dates_may_be_written_in_several_ways(text: str) -> None:
    assert DATES.search(text.casefold())


@pytest.mark.process
def test_a_process_is_stopped_with_its_children(tmp_path: Path) -> None:
    """One that ignores the polite signal, and its child, end all the same."""
    program = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    with log.open("wb") as output, running([sys.executable, "-c", program], output, patience=0.5):
        while not log.read_text().strip():
            time.sleep(0.05)
        child = log.read_text().strip()
        assert Path(f"/proc/{child}").exists()

    for _attempt in range(100):
        if is_gone(child):
            break
        time.sleep(0.05)
    assert is_gone(child)


def test_a_server_that_ends_is_not_waited_for() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    with pytest.raises(CommandError, match="The server is not ready"):
        wait_until_ready("http://127.0.0.1:1/readyz", ended)
