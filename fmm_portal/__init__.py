"""The platform of the FMM portal, and the composition root that joins the three pillars to it."""

from fmm_portal.celery import app as celery_app

__all__ = ("celery_app",)
