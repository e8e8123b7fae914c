"""Case files: an app for its two commands; it keeps nothing of its own."""

from django.apps import AppConfig


class CaseFilesConfig(AppConfig):
    name = "fmm_portal.casefiles"
