"""The addresses of people, teams, rights and the reader's own account."""

from django.urls import path

from crm.core import views
from crm.core.views import absence, access_token, bin, business_settings, history, people

app_name = "core"
urlpatterns = [
    path("history/", history.recent_changes, name="recent-changes"),
    path("history/<slug:kind>/<int:pk>/", history.show_history, name="history"),
    path("bin/", bin.show_bin, name="bin"),
    path("bin/<slug:kind>/<int:pk>/", bin.bring_back, name="bring-back"),
    path("account/", views.account, name="account"),
    path("my-tokens/", access_token.token_list, name="token-list"),
    path("tokens/", access_token.TokenOfAll.as_view(), name="token-of-all"),
    path("tokens/<int:pk>/", access_token.TokenDetail.as_view(), name="token-detail"),
    path("tokens/<int:pk>/revoke/", access_token.token_revoke, name="token-revoke"),
    path("preferences/", views.preferences, name="preferences"),
    path("first-run/", views.first_run, name="first-run"),
    path("demo-sign-in/", views.demo_sign_in, name="demo-sign-in"),
    path("business/", business_settings.setting_list, name="setting-list"),
    path("business/<str:key>/", business_settings.setting_edit, name="setting-edit"),
    path("colleagues/", people.UserList.as_view(), name="user-list"),
    path("colleagues/invite/", people.UserNew.as_view(), name="user-new"),
    path("colleagues/<int:pk>/", people.UserEdit.as_view(), name="user-edit"),
    path("colleagues/<int:pk>/invite-again/", people.user_invite_again, name="user-invite-again"),
    path("colleagues/<int:pk>/deactivate/", people.user_deactivate, name="user-deactivate"),
    path("colleagues/<int:pk>/reactivate/", people.user_reactivate, name="user-reactivate"),
    path("absences/", absence.AbsenceList.as_view(), name="absence-list"),
    path("absences/new/", absence.AbsenceNew.as_view(), name="absence-new"),
    path("absences/<int:pk>/", absence.AbsenceEdit.as_view(), name="absence-edit"),
    path("absences/<int:pk>/remove/", absence.AbsenceDelete.as_view(), name="absence-delete"),
    path("teams/", people.TeamList.as_view(), name="team-list"),
    path("teams/new/", people.TeamNew.as_view(), name="team-new"),
    path("teams/<int:pk>/", people.TeamEdit.as_view(), name="team-edit"),
    path("teams/<int:pk>/remove/", people.team_remove, name="team-remove"),
]
