"""Head-counts by sex, and the words in which every page and document gives them."""

from dataclasses import dataclass

from babel.numbers import format_percent
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmm_portal.core.partial_dates import babel_locale


@dataclass(frozen=True, slots=True)
class Headcount:
    """People, and the women and men among them as far as they are known."""

    people: int | None = None
    women: int | None = None
    men: int | None = None

    @property
    def total(self) -> int | None:
        """All people; the sum of the sexes where nobody counted them together."""
        if self.people is not None or (self.women is None and self.men is None):
            return self.people
        return (self.women or 0) + (self.men or 0)

    @property
    def share_of_women(self) -> str:
        """Of those whose sex is known: "45%"; "" while only one sex was counted: the others may be either."""
        if self.women is None or self.men is None or not self.women + self.men:
            return ""
        return str(format_percent(self.women / (self.women + self.men), locale=babel_locale()))

    @property
    def women_in_words(self) -> str:
        """ "9 women (45%)"; "" where the sex is not known."""
        if self.women is None:
            return ""
        words = ngettext("%(count)d woman", "%(count)d women", self.women) % {"count": self.women}
        share = self.share_of_women
        return _("%(women)s (%(share)s)") % {"women": words, "share": share} if share else words

    @property
    def in_words(self) -> str:
        """ "20 people, 9 women (45%)"; "" where nothing is known."""
        if self.total is None:
            return ""
        people = ngettext("%(count)d person", "%(count)d people", self.total) % {"count": self.total}
        return ", ".join(part for part in (people, self.women_in_words) if part)
