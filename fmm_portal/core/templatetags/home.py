"""Parts of the first screen that apps draw themselves."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from fmm_portal.core.home import HomeSection

register = template.Library()


@register.simple_tag(takes_context=True)
def home_section(context: template.Context, section: HomeSection) -> SafeString:
    """{% home_section section %}: its template with its own context and the page's request."""
    request: Any = context["request"]
    return render_to_string(section.template, dict(section.context), request=request)
