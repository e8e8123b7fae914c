"""Sending files, kept or made on the spot: always to be saved under their own name, never shown as a page."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse


def file_to_save(file: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """Whoever asks must have asked the policy before."""
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    # Should a browser show it all the same, it runs and loads nothing.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def made_to_save(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file that was written for this answer alone."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
