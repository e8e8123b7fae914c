"""What work on files takes in memory, and when it has begun to come: each in a fresh process, on rows that are there.

`DATABASE_URL=... python -m benchmarks.growth`; `python -m benchmarks` prints it, too.
"""

import os
import resource
import subprocess
import sys
import time
from typing import NamedTuple

# What the process may grow by, at its highest, in MB.
MOST_MB = {"CSV": 30, "XLSX": 100, "import": 150}
MOST_SECONDS = 0.3
HEADS = ("growth of a process", "MB", "bound", "first byte", "bound", "first rows", "")


class Growth(NamedTuple):
    """Of the resident set, beyond what it was when the work began; seconds until the headings, and until rows."""

    mb: float
    first_byte: float = 0
    first_rows: float = 0


def table_of_growth() -> str:
    lines = [HEADS]
    for name, most in MOST_MB.items():
        command = [sys.executable, "-m", "benchmarks.growth", name]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        growth = Growth(*map(float, told.split()[-3:]))
        is_over = growth.mb > most or growth.first_byte > MOST_SECONDS
        first = ("", "", "")
        if growth.first_rows:
            first = (f"{growth.first_byte:.3f} s", f"{MOST_SECONDS} s", f"{growth.first_rows:.2f} s")
        lines.append((name, f"{growth.mb:.0f}", str(most), *first, "over" if is_over else "ok"))
    return "\n".join(
        "".join([f"{line[0]:<34}", *(f"{cell:>11}" for cell in line[1:6]), f"  {line[6]}"]) for line in lines
    )


def grown(name: str) -> Growth:
    from django.urls import get_resolver

    from benchmarks import files
    from benchmarks.rows import OFFICER
    from fmm_portal.accounts.models import User

    officer = User.objects.get(email=OFFICER)
    # A worker that writes files has all of the portal loaded.
    get_resolver().url_patterns  # noqa: B018
    before, begun, firsts = _peak(), time.perf_counter(), []
    if name == "XLSX":
        files.to_xlsx(officer)
    elif name == "import":
        files.importing(officer)()
    else:
        # The headings of a file that is sent while it is made, then its first rows, then the others.
        for place, _part in enumerate(files.to_csv(officer)):
            if place < 2:
                firsts.append(time.perf_counter() - begun)
    return Growth(_peak() - before, *firsts)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fmm_portal.settings")
    import django

    django.setup()
    print(*grown(sys.argv[1])) if sys.argv[1:] else print(table_of_growth())
