"""Printing a template as PDF. Pure: no request, no user, no database, no network; same input, same bytes.

The file is PDF/A-3a (kept for decades, data attached) and PDF/UA-1 (read aloud by screen readers) at once.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from fmm_portal.reports import logos
from fmm_portal.reports.enums import Stage
from fmm_portal.reports.imprint import Imprint

if TYPE_CHECKING:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

# WeasyPrint writes the marks of one standard only. The second one, and the schema that PDF/A asks for before
# it lets a file carry foreign marks, are put into the same RDF block: validators ignore a second block.
PDF_UA_MARK = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
END_OF_RDF = b"</rdf:RDF>"

Progress = Callable[[int, str], None]


class PartMissing(Exception):
    """The template names something that may not or cannot be had; nothing is printed then."""


def _no_progress(_percent: int, _stage: str) -> None:
    """For callers who wait."""


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    language: str,
    *,
    imprint: Imprint,
    stylesheets: tuple[str, ...] = ("reports/base.css",),
    on_progress: Progress = _no_progress,
) -> bytes:
    """The template printed in a language, with the imprint's data attached as JSON.

    `stylesheets` are names of static files. Raises PartMissing when anything that the template names cannot
    be had: a report with a silent hole in it is worse than none.
    """
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    with translation.override(language):
        text = render_to_string(template, {**context, "imprint": imprint, "language": language})
        attachment = _attachment(imprint)
    on_progress(15, Stage.LAYING_OUT)
    options: dict[str, Any] = {"pdf_variant": "pdf/a-3a", "pdf_tags": True, "attachments": [attachment]}
    try:
        document = HTML(string=text, base_url="static:/", url_fetcher=_fetcher()).render(
            font_config=_font_configuration(),
            stylesheets=[_stylesheet(name) for name in stylesheets],
            **options,
        )
    except FatalURLFetchingError as error:
        # Not an Exception in WeasyPrint's eyes; to the job it is a failure like others.
        raise PartMissing(str(error)) from error
    _mark_as_pdf_ua(document.metadata)
    _tag_languages()
    on_progress(80, Stage.WRITING)
    pdf: bytes = document.write_pdf(**options)
    return pdf


def _attachment(imprint: Imprint) -> "weasyprint.Attachment":
    from weasyprint import Attachment

    return Attachment(
        string=imprint.data,
        name=f"{imprint.reference}-v{imprint.number}.json",
        description=_("The data of this document, for machines"),
        relationship="Data",
        created=imprint.issued_at,
        modified=imprint.issued_at,
    )


def _mark_as_pdf_ua(metadata: Any) -> None:
    write_rdf = metadata.generate_rdf_metadata

    def write_rdf_with_mark(*args: Any) -> bytes:
        rdf: bytes = write_rdf(*args)
        return rdf.replace(END_OF_RDF, PDF_UA_MARK + END_OF_RDF)

    metadata.generate_rdf_metadata = write_rdf_with_mark


@lru_cache(maxsize=1)
def _tag_languages() -> None:
    """Have the `lang` of every element written into the file's structure, for screen readers to change voice.

    WeasyPrint 70 writes the document's language only, and offers no hook; its function that turns a box into
    an element of the structure calls itself by its module's name, so that wrapping it once reaches every box.
    """
    import pydyf
    from weasyprint.pdf import tags

    build = tags._build_box_tree

    def build_with_language(box: Any, *args: Any) -> Iterator[Any]:
        declared = getattr(getattr(box, "element", None), "attrib", {}).get("lang")
        for element in build(box, *args):
            if declared:
                element["Lang"] = pydyf.String(declared)
            yield element

    tags._build_box_tree = build_with_language


# --- Kept for the life of the process: reading fonts and style sheets costs more than a short report --------


@lru_cache(maxsize=1)
def _font_configuration() -> "FontConfiguration":
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    """Gets static files by `static:name`, logos by `logo:name` and nothing else: no text makes the worker call out."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            if url.startswith(logos.SCHEME):
                try:
                    return URLFetcherResponse(url, logos.read_logo(url))
                except logos.LogoMissing as error:
                    raise FatalURLFetchingError(str(error)) from error
            path = _static_file(url.removeprefix("static:")) if url.startswith("static:") else None
            if path is None:
                raise FatalURLFetchingError(
                    f"Reports contain the portal's own files only, not {url[:200]!r}."
                )
            return URLFetcherResponse(url, path.read_bytes())

    return OwnFiles(allowed_protocols={"data"})


def _static_file(name: str) -> Path | None:
    """The source of a static file; None when there is none of that name, or the name leads elsewhere."""
    found = None if ".." in Path(name).parts or Path(name).is_absolute() else finders.find(name)
    return Path(found) if isinstance(found, str) else None


def _stylesheet(name: str) -> "weasyprint.CSS":
    path = _static_file(name)
    if path is None:
        raise PartMissing(f"There is no static file {name}.")
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _parsed(path: Path, _changed: int) -> "weasyprint.CSS":
    from weasyprint import CSS

    return CSS(
        string=path.read_text(encoding="utf-8"), url_fetcher=_fetcher(), font_config=_font_configuration()
    )
