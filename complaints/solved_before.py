"""What was learnt before: answers and solved cases that read like this one, and the writing of a new answer."""

from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from complaints.models import Article, Complaint
from crm.core.models import User

MOST = 3


class PublishRefused(Exception):
    """The case cannot teach anything yet; the message says why."""


@dataclass(frozen=True)
class SolvedBefore:
    """Articles everybody may read, and closed cases of customers the reader may see."""

    articles: list[Article]
    cases: list[Complaint]


def find_solved_before(complaint: Complaint, *, user: User) -> SolvedBefore:
    """The answers and closed cases whose titles are most like that of ``complaint``."""
    title = complaint.title
    likeness = TrigramSimilarity("title", title)
    articles = Article.objects.filter(Q(title__trigram_similar=title) | Q(title__trigram_word_similar=title))
    cases = (
        Complaint.objects.visible_to(user)
        .filter(closed_at__isnull=False)
        .filter(Q(title__trigram_similar=title) | Q(title__trigram_word_similar=title))
        .exclude(pk=complaint.pk)
        .exclude(articles__isnull=False)
    )
    return SolvedBefore(
        list(articles.annotate(likeness=likeness).order_by("-likeness", "pk")[:MOST]),
        list(cases.annotate(likeness=likeness).order_by("-likeness", "-closed_at", "pk")[:MOST]),
    )


@transaction.atomic
def publish_article(complaint: Complaint, *, title: str, answer: str, by: User) -> Article:
    """Offer what solved ``complaint`` to the next case of the kind; published again it replaces the first wording.

    Raises ``PublishRefused`` while the case is open: what did not help yet is no answer.
    """
    complaint = Complaint.objects.select_for_update(no_key=True).get(pk=complaint.pk)
    if complaint.closed_at is None:
        raise PublishRefused(_("An answer is published when the case is closed."))
    article = complaint.articles.first() or Article(complaint=complaint, created_by=by)
    article.title, article.answer, article.changed_by = title, answer, by
    article.edit_version += 1 if article.pk else 0
    article.save()
    return article
