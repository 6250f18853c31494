"""The addresses of segments, processes, triggers and pins, all under the settings."""

from django.urls import path

from segments.views import segment

app_name = "segments"
urlpatterns = [
    path("segments/", segment.segment_list, name="segment-list"),
    path("segments/new/", segment.SegmentNew.as_view(), name="segment-new"),
    path("segments/<int:pk>/", segment.segment_edit, name="segment-edit"),
    path("segments/<int:pk>/words/", segment.SegmentDescribe.as_view(), name="segment-describe"),
    path("segments/<int:pk>/publish/", segment.segment_publish, name="segment-publish"),
    path("segments/<int:pk>/discard/", segment.segment_discard, name="segment-discard"),
    path("segments/<int:pk>/put-away/", segment.segment_archive, name="segment-archive"),
    path("segments/versions/<int:pk>/", segment.segment_version, name="segment-version"),
]
