"""Models of the platform: records, history, references, documents, comments, sources' dates, form tokens, drafts."""

from fmm_portal.core.models.activity import Activity
from fmm_portal.core.models.bulk_change import BulkChange
from fmm_portal.core.models.comment import Comment
from fmm_portal.core.models.deletion import Deletion
from fmm_portal.core.models.document import Document
from fmm_portal.core.models.draft import Draft
from fmm_portal.core.models.export import Export
from fmm_portal.core.models.follow import Follow
from fmm_portal.core.models.job import Job, JobFailure, JobStatus
from fmm_portal.core.models.keyed_request import KeyedRequest
from fmm_portal.core.models.merge import Merge
from fmm_portal.core.models.record import Record, Referenced, Searchable
from fmm_portal.core.models.reference import ReferenceSequence
from fmm_portal.core.models.saved_view import ListPreference, SavedView
from fmm_portal.core.models.sheet_import import Import, ImportOutcome, SheetUpload
from fmm_portal.core.models.stated_date import StatedDate
from fmm_portal.core.models.submission import Submission

__all__ = (
    "Activity",
    "BulkChange",
    "Comment",
    "Deletion",
    "Document",
    "Draft",
    "Export",
    "Follow",
    "Import",
    "ImportOutcome",
    "Job",
    "JobFailure",
    "JobStatus",
    "KeyedRequest",
    "ListPreference",
    "Merge",
    "Record",
    "ReferenceSequence",
    "Referenced",
    "SavedView",
    "Searchable",
    "SheetUpload",
    "StatedDate",
    "Submission",
)
