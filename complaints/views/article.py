"""What solved cases taught us: a list, an answer, publishing and correcting one."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from complaints.forms import ArticleForm
from complaints.models import Article, Complaint
from complaints.solved_before import PublishRefused, publish_article
from complaints.views.case import require
from crm.core.generic_views import DetailView, ListView, UpdateView
from crm.core.list_engine import Column, ListDefinition, TextFilter
from crm.core.toasts import add_toast


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(Q(title__icontains=text) | Q(title__trigram_word_similar=text))


ARTICLES = ListDefinition(
    columns=(
        Column(
            "title",
            gettext_lazy("Answer"),
            sort="title",
            url=lambda row: reverse("complaints:article-detail", args=[row.pk]),
        ),
        Column("changed", gettext_lazy("Changed"), "changed_at", "day", hide_on_phone=True),
    ),
    filters=(TextFilter("q", gettext_lazy("Words of the title"), _search),),
    default_sort="title",
)


class _ArticlePage:
    model = Article
    permission = "complaints.view_complaint"
    back_label = gettext_lazy("Answers")

    def get_back_url(self) -> str:
        return reverse("complaints:article-list")


class ArticleList(_ArticlePage, ListView):
    definition = ARTICLES
    title = gettext_lazy("Answers")
    empty_text = gettext_lazy("An answer is published from a closed complaint, and offered to the next one like it.")


class ArticleDetail(_ArticlePage, DetailView):
    template_name = "complaints/article_detail.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        seen = Complaint.objects.visible_to(self.request.user).filter(pk=self.found.complaint_id).first()
        return super().get_context_data(source=seen, **context)


class ArticleEdit(_ArticlePage, UpdateView):
    form_class = ArticleForm
    permission = "complaints.change_complaint"
    title = gettext_lazy("Correct the answer")

    def get_back_url(self) -> str:
        return reverse("complaints:article-detail", args=[self.found.pk])


@require_http_methods(["GET", "POST"])
def article_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish what solved this case, so that the next one is offered it."""
    complaint = get_object_or_404(Complaint.objects.visible_to(request.user), pk=pk)
    require(request, "complaints.change_complaint")
    form = ArticleForm(request.POST or None, initial={"title": complaint.title, "answer": complaint.remedy})
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            article = publish_article(complaint, title=words["title"], answer=words["answer"], by=request.user)
        except PublishRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Published. The next case like it is offered this answer."))
            return redirect("complaints:article-detail", pk=article.pk)
    back = {"back_url": reverse("complaints:complaint-detail", args=[pk]), "back_label": complaint.number}
    shown = {"form": form, "title": _("Publish the answer"), "act": _("Publish"), **back}
    return render(request, "generic/form.html", shown, status=422 if form.errors else 200)
