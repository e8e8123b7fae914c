"""Programmes, facilities, requests and actions as resources."""

from fmm_portal.api.routers import ResourceRouter
from fmm_portal.facility.api import actions, programmes, requests


def register(router: ResourceRouter) -> None:
    for module in (programmes, requests, actions):
        module.register(router)
