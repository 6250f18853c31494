"""The addresses of pages that compose the apps."""

from django.urls import path

from crm.home import search

app_name = "home"
urlpatterns = [
    path("search/", search.search, name="search"),
]
