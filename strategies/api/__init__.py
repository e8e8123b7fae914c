"""Strategies and their parts as resources."""

from fmm_portal.api.routers import ResourceRouter
from strategies.api import plan, process


def register(router: ResourceRouter) -> None:
    for module in (process, plan):
        module.register(router)
