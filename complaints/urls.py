"""The addresses of complaints."""

from django.urls import path

from complaints.views import act, article, case, desk

app_name = "complaints"
urlpatterns = [
    path("", desk.complaint_list, name="complaint-list"),
    path("new/", case.complaint_new, name="complaint-new"),
    path("customers/", desk.customer_lookup, name="customer-lookup"),
    path("figures/", desk.complaint_figures, name="complaint-figures"),
    path("answers/", article.ArticleList.as_view(), name="article-list"),
    path("answers/<int:pk>/", article.ArticleDetail.as_view(), name="article-detail"),
    path("answers/<int:pk>/edit/", article.ArticleEdit.as_view(), name="article-edit"),
    path("<int:pk>/", case.complaint_detail, name="complaint-detail"),
    path("<int:pk>/similar/", case.complaint_similar, name="complaint-similar"),
    path("<int:pk>/edit/", case.ComplaintEdit.as_view(), name="complaint-edit"),
    path("<int:pk>/answer/", act.complaint_answer, name="complaint-answer"),
    path("<int:pk>/note/", act.complaint_note, name="complaint-note"),
    path("<int:pk>/remedy/", act.complaint_remedy, name="complaint-remedy"),
    path("<int:pk>/goodwill/", act.complaint_goodwill, name="complaint-goodwill"),
    path("<int:pk>/attempt/", act.complaint_attempt, name="complaint-attempt"),
    path("<int:pk>/close/", act.complaint_close, name="complaint-close"),
    path("<int:pk>/reopen/", act.complaint_reopen, name="complaint-reopen"),
    path("<int:pk>/take/", act.complaint_take, name="complaint-take"),
    path("<int:pk>/guardian/", act.complaint_guardian, name="complaint-guardian"),
    path("<int:pk>/article/", article.article_new, name="article-new"),
]
