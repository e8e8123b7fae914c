"""The founding case, and what its debrief note must say."""

import re
from pathlib import Path

from pypdf import PdfReader

from studyvisits.models import StudyVisit

# What the debrief note of the founding case must name, as the programme's own account of January 2019 does.
POSITIONS = (
    "Director General of Employment",
    "Collaborator of the Director General of Employment",
    "Director General",
    "Director of Togolese Abroad",
    "Togolese Employers",
    "Trade Union Centres",
)
STOPS = (
    "migration policy and strategies for governance and management of migration",
    "operational management of labour migration",
    "Migrant Resource Centre",
    "Office of Tunisians Abroad",
    "Terre d'asile",
    "ANETI",
)
DATES = re.compile(r"21(?: january)? ?(?:to|-) ?25 january 2019")


def founding_visit() -> StudyVisit:
    """The five days of January 2019 that six Togolese officials spent in Tunisia."""
    return StudyVisit.objects.get(
        legs__country__code="TN", delegations__sending_countries__code="TG", starts_on="2019-01-21"
    )


def missing_from_debrief_note(path: Path) -> list[str]:
    """What the PDF should say and does not: the delegation by position, the stops, the dates, the last host."""
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    # Print has its own dashes, apostrophes and line breaks.
    plain = re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\u00ad", ""))
    plain = plain.replace("\u2019", "'").replace("\u2013", "-").replace("\u2011", "-").casefold()
    missing = []
    # Longest first, each taken out once found: "Director General" must stand for itself.
    for name in sorted((*POSITIONS, *STOPS), key=len, reverse=True):
        if name.casefold() not in plain:
            missing.append(name)
        plain = plain.replace(name.casefold(), "")
    if not DATES.search(plain):
        missing.append("21 to 25 January 2019")
    return missing
