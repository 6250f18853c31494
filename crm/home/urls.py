"""The addresses of pages that compose the apps."""

from django.urls import URLPattern

app_name = "home"
urlpatterns: list[URLPattern] = []
