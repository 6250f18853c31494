"""Every address of the product, app by app."""

from django.urls import include, path

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
]

handler500 = "crm.home.error_pages.show_server_error"
