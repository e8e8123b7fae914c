"""`make demo` from an empty folder, as somebody who tries the portal runs it: twice, and stopped in between."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project.commands import ROOT

PATIENCE = 300


def start(folder: Path, serve: int) -> "subprocess.Popen[str]":
    """The demo on its own defaults, whatever database and queue this suite runs on."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", f"--serve={serve}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def get(address: str, key: str = "") -> str:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"} if key else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode()


def follow_the_tutorial(folder: Path, portal: str) -> None:
    """The commands of docs/api.md as they stand there, one after the other, as an agency's developer types them."""
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    chapter = guide.split("\n## ")[1]
    commands = "".join(re.findall(r"```sh\n(.*?)```", chapter, re.S))
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "PORTAL": portal},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert (
        "[('submit', True)]\nsubmitted\n{'fr': 'Chef du service des statistiques'} nominated\nin_progress"
        in told.stdout
    )
    copy = json.loads((folder / "tutorial" / "copy.json").read_text())
    commitments = {row["reference"]: row["status"] for row in copy["commitments"].values()}
    assert commitments["CM-2019-001"] == "in_progress"


@pytest.mark.process
@pytest.mark.long
def test_the_demo_serves_what_it_promises_and_can_be_run_again(tmp_path: Path) -> None:
    notes_file = tmp_path / "demo.json"
    demo = start(tmp_path, serve=1)
    try:
        assert until(lambda: notes_file.exists() or demo.poll() is not None)
        assert demo.poll() is None, demo.stdout and demo.stdout.read()
        notes = json.loads(notes_file.read_text())
        ready = f"{notes['base_url']}/readyz"
        assert until(lambda: demo.poll() is not None or answers(ready))

        assert json.loads(get(ready))["status"] == "ready"
        visits = json.loads(get(f"{notes['base_url']}/api/v1/study-visits/", notes["api_key"]))["results"]
        assert notes["study_visit_reference"] in {visit["reference"] for visit in visits}
        assert "<h1" in get(f"{notes['base_url']}/")
        assert Path(notes["debrief_pdf"]).read_bytes().startswith(b"%PDF-")
        follow_the_tutorial(tmp_path, notes["base_url"])
    finally:
        demo.send_signal(signal.SIGINT)
        output, _none = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 0, output
    assert "Stopped the server and the worker." in output
    assert not answers(ready)

    again = start(tmp_path, serve=0)
    output, _none = again.communicate(timeout=PATIENCE)

    assert again.returncode == 0, output
    later = json.loads(notes_file.read_text())
    for name in ("accounts", "api_key", "study_visit_reference"):
        assert later[name] == notes[name], name
    # The tutorial started a commitment: the note printed before it is kept, the one of today is another.
    assert Path(notes["debrief_pdf"]).exists()
    assert later["debrief_pdf"] != notes["debrief_pdf"]
    assert [account["role"] for account in later["accounts"]] == [
        "administrator",
        "manager",
        "officer",
        "viewer",
        "partner",
        "agency_admin",
        "host",
        "delegate",
    ]


def answers(address: str) -> bool:
    try:
        get(address)
    except OSError:
        return False
    return True
