"""What a solved complaint taught us."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel


@keep_history(exclude=["changed_at", "edit_version"])
class Article(EditedModel):
    """An answer that can be offered to the next complaint of the kind."""

    title = models.CharField(_("title"), max_length=200)
    answer = models.TextField(_("answer"))
    complaint = models.ForeignKey(
        "complaints.Complaint", models.SET_NULL, null=True, blank=True, related_name="articles"
    )

    class Meta:
        ordering = ["title"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = [GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="article_title_trgm")]

    def __str__(self) -> str:
        return self.title
