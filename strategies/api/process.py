"""The process of a strategy as resources."""

from fmm_portal.api.routers import ResourceRouter


def register(router: ResourceRouter) -> None:
    """Their resources."""
