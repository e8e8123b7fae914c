"""Publishing actions as open data, and writing the files that everybody reads."""

import hashlib
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from fmm_portal.core.jobs import JobStatus, Lease, enqueue, run_job
from fmm_portal.core.policies import require
from fmm_portal.core.principals import Actor
from fmm_portal.core.services import update_record
from fmm_portal.facility.models import Action
from fmm_portal.institutions.models import Institution
from fmm_portal.opendata.facts import for_open_data, published_actions, reporter_of
from fmm_portal.opendata.gaps import gaps_of, keeps_out
from fmm_portal.opendata.iati import activity, document, organisation
from fmm_portal.opendata.models import ActivityIdentifier, Publication
from fmm_portal.opendata.told import public_news_of

# Read at a time, whatever there is in all.
CHUNK = 200
# Writings whose files are kept, the newest among them.
KEPT = 3
FOLDER = "open/iati"


def set_open(action: Action, *, is_open: bool, actor: Actor) -> Action:
    """Publish an action as open data, or withdraw it; the files follow when they are next written.

    Raises Forbidden.
    """
    return update_record(action, actor=actor, changes={"is_open_data": is_open}, right="publish_open_data")


def current_publication() -> Publication | None:
    """What everybody reads now."""
    return Publication.objects.filter(status=JobStatus.DONE).order_by("-finished_at", "-pk").first()


@transaction.atomic
def request_publication(*, actor: Actor) -> Publication:
    """Have the files written; a writing that still waits is enough.  Raises Forbidden."""
    require(actor.principal, "create", Publication)
    waiting = Publication.objects.filter(status=JobStatus.QUEUED).first()
    if waiting is not None:
        return waiting
    publication = Publication.objects.create(sent_at=timezone.now())
    enqueue(publication)
    return publication


def write_publication(publication_id: int) -> bool:
    """Write both files; the body of the worker's task."""
    return run_job(Publication, publication_id, _write)


def _write(publication: Publication, lease: Lease) -> None:
    lease.report(1, "")
    now = timezone.now()
    reporters: dict[int, Institution] = {}
    counts = {"published": 0, "left_out": 0}
    keys = list(published_actions().values_list("pk", flat=True))

    def activities() -> Iterator[Any]:
        for start in range(0, len(keys), CHUNK):
            lease.report(5 + 90 * start // len(keys), "")
            chunk = keys[start : start + CHUNK]
            news = public_news_of(chunk)
            for action in for_open_data(published_actions().filter(pk__in=chunk)):
                if keeps_out(gaps_of(action)):
                    counts["left_out"] += 1
                    continue
                counts["published"] += 1
                reporter = reporter_of(action)
                assert reporter is not None
                reporters[reporter.pk] = reporter
                yield activity(action, identifier_of(action, reporter), news.get(action.pk, ()))

    def organisations() -> Iterator[Any]:
        for pk in sorted(reporters):
            yield organisation(reporters[pk])

    stored: list[str] = []
    try:
        files: dict[str, str] = {}
        for name, root, elements in (
            ("activities", "iati-activities", activities()),
            ("organisation", "iati-organisations", organisations()),
        ):
            path, sha256 = _store(
                f"{FOLDER}/{publication.pk}-{lease.owner}-{name}.xml", document(root, elements, now)
            )
            stored.append(path)
            # Without anything in it the file would not keep to the schema, and is not offered.
            files |= {name: path, f"{name}_sha256": sha256} if counts["published"] else {}
        lease.finish(**files, **counts)
    except BaseException:
        for path in stored:
            default_storage.delete(path)
        raise
    _remove_old()


def identifier_of(action: Action, reporter: Institution) -> ActivityIdentifier:
    """What the action is called in the files: given once, and kept when another organisation reports it."""
    known = getattr(action, "open_identifier", None)
    if known is not None:
        return known
    prefix = reporter.organisation_identifier
    made, _is_new = ActivityIdentifier.objects.get_or_create(
        action=action, defaults={"identifier": f"{prefix}-{action.reference}", "reporter": prefix}
    )
    return made


def _store(path: str, pieces: Iterable[bytes]) -> tuple[str, str]:
    """Where the file lies, and its sha256."""
    digest = hashlib.sha256()
    with TemporaryFile() as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        file.seek(0)
        return default_storage.save(path, File(file)), digest.hexdigest()


def _remove_old() -> None:
    """Files of writings that have long been replaced, and what a worker left behind that died."""
    kept = Publication.objects.filter(status=JobStatus.DONE).order_by("-finished_at", "-pk")[:KEPT]
    names = {str(file.name) for row in kept for file in (row.activities, row.organisation) if file}
    running = set(Publication.objects.filter(status=JobStatus.RUNNING).values_list("pk", flat=True))
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if path not in names and int(name.partition("-")[0]) not in running:
            default_storage.delete(path)
