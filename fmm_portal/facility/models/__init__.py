"""Programmes and their facilities, requests for technical assistance, and the actions that answer them."""

from fmm_portal.facility.models.action import Action, Activity
from fmm_portal.facility.models.configuration import Criterion, Facility
from fmm_portal.facility.models.fiche import Approval, BudgetLine, Expert, Indicator, Risk
from fmm_portal.facility.models.programme import Logo, Programme, VisibilityText
from fmm_portal.facility.models.request import AssessmentScore, Consultee, Request

__all__ = (
    "Action",
    "Activity",
    "Approval",
    "AssessmentScore",
    "BudgetLine",
    "Consultee",
    "Criterion",
    "Expert",
    "Facility",
    "Indicator",
    "Logo",
    "Programme",
    "Request",
    "Risk",
    "VisibilityText",
)
