"""Every address of the product, app by app."""

from django.urls import include, path, re_path

from crm.api.entrance import answer_program
from crm.api.reference import show_document, show_reference
from crm.core.views import SignInView

urlpatterns = [
    path("", include("crm.home.urls")),
    path("", include("interactions.urls")),
    path("customers/", include("customers.urls")),
    path("complaints/", include("complaints.urls")),
    path("settings/", include("segments.urls")),
    path("settings/", include("crm.core.urls")),
    path("accounts/login/", SignInView.as_view(), name="account_login"),
    path("accounts/", include("allauth.urls")),
    path("api/", show_reference, name="api-reference"),
    path("api/openapi.json", show_document, name="api-document"),
    re_path(r"^api/(?:.+)", answer_program, name="api"),
]

handler500 = "crm.home.error_pages.show_server_error"
