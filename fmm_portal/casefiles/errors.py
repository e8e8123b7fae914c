"""Everything that is wrong with a document, each thing with its place in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from fmm_portal.core.errors import DomainError


class CaseError(NamedTuple):
    """`path` names the place as in "agenda[2].hosts[0].institution"; lists count from 0."""

    path: str
    message: str


class InvalidCase(DomainError):
    """A document that cannot be imported; nothing of it was."""

    code = "invalid_case"

    def __init__(self, errors: Sequence[CaseError]) -> None:
        self.errors = list(errors)
        super().__init__(
            [f"{error.path}: {error.message}" if error.path else error.message for error in errors]
        )


class Errors:
    """Collects refusals and goes on, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[CaseError] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, path: str, message: str) -> None:
        self.found.append(CaseError(path, message))

    def at(self, path: str) -> "Place":
        """`with errors.at("agenda[2]") as place:` keeps what is refused inside; then `place.refused` says so."""
        return Place(self, path)

    def raise_any(self) -> None:
        """Raises InvalidCase with what was collected, if anything."""
        if self.found:
            raise InvalidCase(self.found)


class Place:
    """A place in the document while its record is made."""

    def __init__(self, errors: Errors, path: str) -> None:
        self.errors = errors
        self.path = path
        self.refused = False

    def __enter__(self) -> "Place":
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, ValidationError):
            fields = (
                error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
            )
            for field, messages in fields.items():
                self._keep(self.path if field == NON_FIELD_ERRORS else f"{self.path}.{field}", messages)
        elif isinstance(error, DomainError):
            self._keep(self.path, error.messages)
        else:
            return False
        self.refused = True
        return True

    def _keep(self, path: str, messages: Sequence[str]) -> None:
        for message in messages:
            self.errors.add(path, message)


def flatten(detail: Any, path: str = "") -> Iterator[CaseError]:
    """The nested errors of a serializer as a list of places."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from flatten(inner, _inside(path, key))
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            yield from flatten(inner, path if isinstance(inner, str) else f"{path}[{number}]")
    else:
        yield CaseError(path, str(detail))


def _inside(path: str, key: Any) -> str:
    if key == "non_field_errors":
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)
