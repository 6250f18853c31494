"""The addresses of people, teams, rights and the reader's own account."""

from django.urls import path

from crm.core import views

app_name = "core"
urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("first-run/", views.first_run, name="first-run"),
    path("demo-sign-in/", views.demo_sign_in, name="demo-sign-in"),
]
