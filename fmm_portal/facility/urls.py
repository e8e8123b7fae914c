"""Addresses of programmes, requests and actions."""

from django.urls import path

from fmm_portal.facility.views import consultation
from fmm_portal.facility.views.actions import (
    ActionViews,
    ActivityViews,
    ApprovalViews,
    BudgetLineViews,
    ExpertViews,
    IndicatorViews,
    RiskViews,
)
from fmm_portal.facility.views.overview import overview
from fmm_portal.facility.views.programmes import LogoViews, ProgrammeViews, VisibilityTextViews
from fmm_portal.facility.views.requests import (
    ConsulteeViews,
    CriterionViews,
    FacilityViews,
    RequestViews,
)

app_name = "facility"

urlpatterns = [
    path("overview/", overview, name="overview"),
    *ProgrammeViews.get_urls(),
    *VisibilityTextViews.get_urls(),
    *LogoViews.get_urls(),
    *FacilityViews.get_urls(),
    *CriterionViews.get_urls(),
    *RequestViews.get_urls(),
    *ConsulteeViews.get_urls(),
    path("consultation/<str:token>/", consultation.answer, name="consultation_answer"),
    *ActionViews.get_urls(),
    *ActivityViews.get_urls(),
    *ExpertViews.get_urls(),
    *BudgetLineViews.get_urls(),
    *IndicatorViews.get_urls(),
    *RiskViews.get_urls(),
    *ApprovalViews.get_urls(),
]
