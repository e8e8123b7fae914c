"""Times each page beside its plain anchor, in turn, and prints the ratios; milliseconds are this machine's."""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import django

# Fewer rows where SQLite keeps them: a quick look, no measure.
SMALL = {"institutions": 5_000, "visits": 500}
FULL = {"institutions": 100_000, "visits": 10_000}


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--institutions", type=int, help="how many; 100,000 on PostgreSQL")
    arguments.add_argument(
        "--visits", type=int, help="how many, each with 20 agenda items; 10,000 on PostgreSQL"
    )
    arguments.add_argument("--rounds", type=int, default=21, help="how often each is timed")
    options = arguments.parse_args()
    usual = FULL if os.environ.get("DATABASE_URL", "").startswith("postgres") else SMALL
    with tempfile.TemporaryDirectory(prefix="fmm-bench-") as folder:
        os.environ["VAR_DIR"] = folder
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "fmm_portal.settings"
        prepare()
        run(options.institutions or usual["institutions"], options.visits or usual["visits"], options.rounds)


def prepare() -> None:
    """The portal as it is served, with the pages of the anchors beside its own."""
    from django.conf import settings

    settings.ROOT_URLCONF = "benchmarks.plain"
    # The walk to a late page asks more in a minute than a person does.
    settings.API_RATE_PERSON = 1_000_000
    engine: dict[str, Any] = settings.TEMPLATES[0]
    engine["DIRS"] = [*engine["DIRS"], Path(__file__).parent / "templates"]
    django.setup()


def run(institutions: int, visits: int, rounds: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.growth import table_of_growth
    from benchmarks.rows import Sizes, analyse, make_rows, rows_are_there
    from benchmarks.timings import table_of, time_all
    from fmm_portal.garbage import collect_seldom

    sizes = Sizes(institutions, visits)
    call_command("compilemessages", verbosity=0)
    call_command("migrate", verbosity=0)
    if not rows_are_there(sizes):
        print(f"Writing {sizes} with {sizes.agenda_items} agenda items (about {5 + sum(sizes) // 1000} s)")
        make_rows(sizes)
        analyse()
    # As it is served: collections would hit one of a pair and not the other.
    collect_seldom()
    print(f"Timing on {connection.vendor}, {rounds} rounds each")
    print(table_of(time_all(rounds)))
    print(table_of_growth())


if __name__ == "__main__":
    main()
