"""The files of logos as documents name them: by the sha256 of their content, so that a frozen document stays whole.

A file is never changed and never removed: a document that was asked for last year prints with the logo it names.
"""

import hashlib
import re
from pathlib import PurePath

from django.core.files.base import File
from django.core.files.storage import default_storage

FOLDER = "logos"
SCHEME = "logo:"
FILE_NAME = re.compile(r"[0-9a-f]{64}\.(?:png|jpg)")


class LogoMissing(Exception):
    """The file of a logo is not there, or is not what it was."""


def logo_name(sha256: str, file_name: str) -> str:
    """Where the file of this content lies in the store."""
    suffix = PurePath(file_name).suffix.lower().replace(".jpeg", ".jpg")
    return f"{FOLDER}/{sha256}{suffix}"


def keep_logo(name: str, content: "File[bytes]") -> None:
    """Store the file unless the same content is there already."""
    if default_storage.exists(name):
        return
    stored = default_storage.save(name, content)
    if stored != name:
        # Somebody stored the same content at the same moment.
        default_storage.delete(stored)


def logo_address(name: str) -> str:
    """What a template writes for the file: "logo:<sha256>.png"."""
    return f"{SCHEME}{PurePath(name).name}"


def read_logo(address: str) -> bytes:
    """The content behind such an address, checked against its name.  Raises LogoMissing."""
    name = address.removeprefix(SCHEME)
    if not FILE_NAME.fullmatch(name):
        raise LogoMissing(f"{address[:200]!r} is no logo of the portal.")
    try:
        with default_storage.open(f"{FOLDER}/{name}") as file:
            content: bytes = file.read()
    except OSError as error:
        raise LogoMissing(f"The file of the logo {name} is missing.") from error
    if hashlib.sha256(content).hexdigest() != PurePath(name).stem:
        raise LogoMissing(f"The file of the logo {name} was changed.")
    return content
