"""The addresses of interactions."""

from django.urls import path

from interactions.views import (
    alert,
    below_zero,
    benefit,
    contact_preference,
    interaction,
    process_run,
    promise,
    quote_results,
    task,
    win_back,
)

app_name = "interactions"
urlpatterns = [
    path("contacts/new/", interaction.new_for_anybody, name="interaction-new"),
    path("customers/<int:customer_pk>/contacts/new/", interaction.new, name="interaction-new"),
    path("customers/<int:customer_pk>/preferences/", contact_preference.edit, name="contact-preference-edit"),
    path("customers/<int:customer_pk>/processes/new/", process_run.start, name="process-run-start"),
    path("customers/<int:customer_pk>/benefits/new/", benefit.benefit_plan, name="benefit-plan"),
    path("customers/<int:customer_pk>/benefits/none/", benefit.benefit_waive, name="benefit-waive"),
    path("customers/<int:customer_pk>/benefits/back/", benefit.benefit_withdraw, name="benefit-withdraw"),
    path("customers/<int:customer_pk>/win-back/", win_back.win_back_plan, name="win-back-plan"),
    path("customers/<int:customer_pk>/win-back/none/", win_back.win_back_let_go, name="win-back-let-go"),
    path("customers/<int:customer_pk>/win-back/back/", win_back.win_back_take_back, name="win-back-take-back"),
    path("tasks/<int:pk>/done/", task.done, name="task-done"),
    path("tasks/<int:pk>/snooze/", task.snooze, name="task-snooze"),
    path("tasks/<int:pk>/hand-over/", task.hand_over, name="task-hand-over"),
    path("tasks/<int:pk>/undo/<int:change>/", task.undo, name="task-undo"),
    path("alerts/<int:pk>/why/", alert.why, name="alert-why"),
    path("promises/<int:pk>/close/", promise.close, name="promise-close"),
    path("promises/<int:pk>/reopen/", promise.reopen, name="promise-reopen"),
    path("customers/<int:customer_pk>/below-zero/", below_zero.below_zero_decide, name="below-zero-decide"),
    path("pipeline/", process_run.show_list, name="process-run-list"),
    path("pipeline/results/", quote_results.quote_results, name="quote-results"),
    path("pipeline/<int:pk>/", process_run.show, name="process-run-detail"),
    path("pipeline/<int:pk>/stop/", process_run.stop, name="process-run-stop"),
    path("pipeline/<int:pk>/steps/<int:position>/done/", process_run.step_done, name="process-run-step-done"),
    path("pipeline/<int:pk>/steps/<int:position>/skip/", process_run.step_skip, name="process-run-step-skip"),
]
