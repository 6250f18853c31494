"""The addresses of segments, processes, triggers and pins, all under the settings."""

from django.urls import path

from segments.views import nomination, offering, pin, process, segment, segment_rule, trigger

app_name = "segments"
urlpatterns = [
    path("segments/", segment.segment_list, name="segment-list"),
    path("segments/new/", segment.SegmentNew.as_view(), name="segment-new"),
    path("segments/<int:pk>/", segment.segment_edit, name="segment-edit"),
    path("segments/<int:pk>/words/", segment.SegmentDescribe.as_view(), name="segment-describe"),
    path("segments/<int:pk>/publish/", segment_rule.segment_publish, name="segment-publish"),
    path("segments/<int:pk>/withdraw/", segment_rule.segment_withdraw, name="segment-withdraw"),
    path("segments/<int:pk>/movers/", segment_rule.segment_movers, name="segment-movers"),
    path("segments/<int:pk>/movers.<slug:kind>", segment_rule.segment_movers_export, name="segment-movers-export"),
    path("segments/<int:pk>/versions/", segment_rule.version_compare, name="version-compare"),
    path("segments/<int:pk>/products/", offering.offering_list, name="offering-list"),
    path("segments/products/<int:pk>/remove/", offering.offering_remove, name="offering-remove"),
    path("orders/<int:pk>/fit/", offering.order_fit, name="order-fit"),
    path("segments/<int:pk>/discard/", segment.segment_discard, name="segment-discard"),
    path("segments/<int:pk>/put-away/", segment.segment_archive, name="segment-archive"),
    path("segments/versions/<int:pk>/", segment_rule.segment_version, name="segment-version"),
    path("processes/", process.process_matrix, name="process-matrix"),
    path("processes/new/", process.process_create, name="process-create"),
    path("processes/<int:pk>/", process.process_edit, name="process-edit"),
    path("processes/<int:pk>/steps/new/", process.step_new, name="step-new"),
    path("processes/<int:pk>/promise/", process.process_promise, name="process-promise"),
    path("processes/<int:pk>/discard/", process.process_discard, name="process-discard"),
    path("processes/<int:pk>/publish/", process.process_publish, name="process-publish"),
    path("processes/versions/<int:pk>/", process.process_version, name="process-version"),
    path("processes/steps/<int:pk>/", process.step_edit, name="step-edit"),
    path("processes/steps/<int:pk>/move/", process.step_move, name="step-move"),
    path("processes/steps/<int:pk>/remove/", process.step_remove, name="step-remove"),
    path("triggers/", trigger.trigger_list, name="trigger-list"),
    path("triggers/new/", trigger.trigger_new, name="trigger-new"),
    path("triggers/<int:pk>/", trigger.trigger_edit, name="trigger-edit"),
    path("triggers/<int:pk>/condition/", trigger.trigger_condition, name="trigger-condition"),
    path("triggers/<int:pk>/switch/", trigger.trigger_switch, name="trigger-switch"),
    path("nominations/customers/<int:customer_pk>/new/", nomination.nomination_new, name="nomination-new"),
    path("nominations/<int:pk>/approve/", nomination.nomination_approve, name="nomination-approve"),
    path("nominations/<int:pk>/withdraw/", nomination.nomination_withdraw, name="nomination-withdraw"),
    path("pins/", pin.pin_report, name="pin-report"),
    path("pins/<int:pk>/longer/", pin.pin_reconfirm, name="pin-reconfirm"),
    path("pins/<int:pk>/end/", pin.pin_end, name="pin-end"),
    path("pins/<int:pk>/take-back/", pin.pin_take_back, name="pin-take-back"),
    path("pins/customers/<int:customer_pk>/new/", pin.pin_new, name="pin-new"),
]
