"""Institutions in cells: written so that they are found again, and found by acronym or name in any language."""

from collections import defaultdict
from difflib import get_close_matches

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from fmm_portal.core.principals import Principal
from fmm_portal.core.querysets import fold
from fmm_portal.institutions.models import Institution
from strategies.sheet.columns import SEPARATOR


class Directory:
    """The institutions that a principal may see, read once, by everything that they may be called."""

    def __init__(self, principal: Principal) -> None:
        rows = Institution.objects.visible_to(principal).select_related("country")
        self.by_pk = {institution.pk: institution for institution in rows}
        self.by_name: dict[str, set[int]] = defaultdict(set)
        for institution in self.by_pk.values():
            for name in self._names(institution):
                self.by_name[fold(name)].add(institution.pk)

    @staticmethod
    def _names(institution: Institution) -> set[str]:
        country, names = institution.country, {*institution.name.values()}
        if institution.acronym:
            names.add(institution.acronym)
        if country is None:
            return names
        places = {country.code}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                places.add(str(country.name))
        return names | {f"{name} ({place})" for name in names for place in places}

    def label(self, institution: Institution) -> str:
        """A name that leads back to this institution and to no other."""
        place = f" ({institution.country.code})" if institution.country else ""
        for name in (institution.acronym, str(institution.name)):
            written = f"{name}{place}"
            if name and SEPARATOR not in written and self.by_name.get(fold(written)) == {institution.pk}:
                return written
        return f"#{institution.pk}"

    def find(self, name: str) -> Institution:
        """Raises ValueError with a sentence that names the candidates."""
        if name.startswith("#") and name[1:].isdecimal() and int(name[1:]) in self.by_pk:
            return self.by_pk[int(name[1:])]
        found = sorted(self.by_name.get(fold(name), ()))
        if len(found) == 1:
            return self.by_pk[found[0]]
        if found:
            labels = ", ".join(self.label(self.by_pk[pk]) for pk in found)
            raise ValueError(
                _("“%(name)s” may be several institutions: %(candidates)s. Write one of these.")
                % {"name": name, "candidates": labels}
            )
        near = get_close_matches(fold(name), self.by_name, n=6, cutoff=0.6)
        candidates = list(
            dict.fromkeys(self.label(self.by_pk[pk]) for key in near for pk in self.by_name[key])
        )
        if candidates:
            raise ValueError(
                _("There is no institution “%(name)s” in the directory. Did you mean %(candidates)s?")
                % {"name": name, "candidates": ", ".join(candidates[:3])}
            )
        raise ValueError(_("There is no institution “%(name)s” in the directory.") % {"name": name})
