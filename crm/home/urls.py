"""The addresses of pages that compose the apps."""

from django.urls import path

from crm.home import (
    below_zero,
    customer_list,
    customer_page,
    job_list,
    most_valuable,
    my_day,
    process_fit,
    search,
    segment_comparison,
    segment_dashboard,
    segment_export,
    segment_movement,
    value_page,
)

app_name = "home"
urlpatterns = [
    path("segments/below-zero/", below_zero.BelowZeroList.as_view(), name="below-zero"),
    path("segments/", segment_dashboard.segment_dashboard, name="segment-dashboard"),
    path("segments/most-valuable/", most_valuable.MostValuableList.as_view(), name="most-valuable"),
    path("segments/most-valuable/export/", most_valuable.export_inputs, name="most-valuable-export"),
    path("segments/at-risk/", segment_dashboard.segment_at_risk, name="segment-at-risk"),
    path("segments/risk-map/", segment_dashboard.segment_risk_map, name="segment-risk-map"),
    path("segments/compared/", segment_comparison.segment_comparison, name="segment-comparison"),
    path("segments/movement/", segment_movement.segment_movement, name="segment-movement"),
    path("segments/fit/", process_fit.ProcessFit.as_view(), name="process-fit"),
    path("segments/fit/<int:pk>/move/", process_fit.process_fit_move, name="process-fit-move"),
    path("segments/figures.<slug:kind>", segment_export.segment_export, name="segment-export"),
    path("", my_day.my_day, name="my-day"),
    path("search/", search.search, name="search"),
    path("jobs/", job_list.job_list, name="job-list"),
    path("jobs/night/", job_list.night_start, name="night-start"),
    path("jobs/<int:pk>/again/", job_list.job_retry, name="job-retry"),
    path("jobs/<int:pk>/stop/", job_list.job_cancel, name="job-cancel"),
    path("customers/", customer_list.CustomerList.as_view(), name="customer-list"),
    path("customers/<int:pk>/", customer_page.CustomerPage.as_view(), name="customer-page"),
    path("customers/<int:pk>/value/", value_page.customer_value, name="customer-value"),
    path("customers/<int:pk>/value/change/", value_page.customer_value_change, name="customer-value-change"),
    path("customers/<int:pk>/value/file/", value_page.customer_value_file, name="customer-value-file"),
    path("customers/<int:pk>/parts/<slug:part>/", customer_page.show_part, name="customer-part"),
]
