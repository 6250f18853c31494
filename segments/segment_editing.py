"""Changing what a segment asks for: draft, publish with a reason now or on a day, go back, discard the draft."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.core.metric_catalogue import METRICS
from crm.core.models import User
from segments.models import Segment, SegmentRule
from segments.rules.criteria import Criteria, CriteriaError, validate_criteria

log = logging.getLogger(__name__)

LONGEST_WAIT_DAYS = 366


class SegmentEditingError(Exception):
    """It cannot be done; the message says why."""


def _lock(segment: Segment) -> Segment:
    """Two people who change one segment wait for each other."""
    return Segment.objects.select_for_update().get(pk=segment.pk)


def find_draft(segment: Segment) -> SegmentRule | None:
    """The draft that waits for publishing, if any."""
    return segment.rules.filter(state=SegmentRule.State.DRAFT).first()


def find_published(segment: Segment) -> SegmentRule | None:
    """The rule in force, if any."""
    return segment.rules.filter(state=SegmentRule.State.PUBLISHED).first()


def find_draft_and_published(segment: Segment) -> tuple[SegmentRule | None, SegmentRule | None]:
    """Both in one query."""
    states = (SegmentRule.State.DRAFT, SegmentRule.State.PUBLISHED)
    found = {rule.state: rule for rule in segment.rules.filter(state__in=states).order_by("pk")}
    return found.get(SegmentRule.State.DRAFT), found.get(SegmentRule.State.PUBLISHED)


@transaction.atomic
def save_draft(segment: Segment, criteria: Criteria, *, by: User) -> SegmentRule:
    """Keep ``criteria`` as the segment's draft; what is in force stays in force. A draft that waits for its day and is
    changed waits no more: what comes into force by itself is what somebody gave a reason for.

    Raises ``CriteriaError`` for a rule that cannot be used, ``SegmentEditingError`` for the one that takes the rest.
    """
    segment = _lock(segment)
    if segment.is_fallback:
        raise SegmentEditingError(_("This segment takes everybody for whom no rule holds: it has no rule of its own."))
    validate_criteria(criteria, METRICS, for_segment=True)
    draft = find_draft(segment) or SegmentRule(segment=segment, version=_next_version(segment))
    if draft.criteria != criteria:
        draft.publish_on, draft.reason = None, ""
    draft.criteria, draft.published_by = dict(criteria), by
    draft.save()
    return draft


@transaction.atomic
def publish_rule(segment: Segment, *, reason: str, by: User | None, at: datetime) -> SegmentRule:
    """Put the draft in force; members follow with the next night. Raises ``SegmentEditingError``."""
    segment = _lock(segment)
    draft = find_draft(segment)
    if draft is None:
        raise SegmentEditingError(_("There is no draft to publish."))
    if not reason.strip():
        raise SegmentEditingError(_("Publishing needs a reason: the others will ask for it."))
    validate_criteria(draft.criteria, METRICS, for_segment=True)
    segment.rules.filter(state=SegmentRule.State.PUBLISHED).update(state=SegmentRule.State.RETIRED)
    draft.state, draft.reason, draft.publish_on = SegmentRule.State.PUBLISHED, reason.strip()[:300], None
    draft.published_at, draft.published_by = at, by
    draft.save()
    return draft


@transaction.atomic
def schedule_rule(segment: Segment, *, publish_on: date, reason: str, by: User, today: date) -> SegmentRule:
    """Let the draft come into force by itself in the night before the local day ``publish_on``.

    Raises ``SegmentEditingError``, or ``CriteriaError`` for a rule that cannot be used.
    """
    segment = _lock(segment)
    draft = find_draft(segment)
    if draft is None:
        raise SegmentEditingError(_("There is no draft to publish."))
    if not reason.strip():
        raise SegmentEditingError(_("Publishing needs a reason: the others will ask for it."))
    if not 0 < (publish_on - today).days <= LONGEST_WAIT_DAYS:
        raise SegmentEditingError(_("The day lies between tomorrow and a year from now."))
    validate_criteria(draft.criteria, METRICS, for_segment=True)
    draft.publish_on, draft.reason, draft.published_by = publish_on, reason.strip()[:300], by
    draft.save(update_fields=["publish_on", "reason", "published_by"])
    return draft


@transaction.atomic
def withdraw_schedule(segment: Segment) -> None:
    """The draft waits for no day any more; it stays a draft."""
    _lock(segment).rules.filter(state=SegmentRule.State.DRAFT).update(publish_on=None, reason="")


def publish_due_rules(*, on: date, at: datetime) -> list[SegmentRule]:
    """Put every draft in force whose day is ``on`` or earlier; part of the night before that day's work.

    A rule that can no longer be used (a figure it asks for is gone) stays a draft past its day, as its editor shows;
    the others are published all the same.
    """
    published = []
    waiting = SegmentRule.objects.filter(state=SegmentRule.State.DRAFT, publish_on__lte=on, segment__archived_at=None)
    for draft in waiting.select_related("segment", "published_by").order_by("publish_on", "pk"):
        try:
            published.append(publish_rule(draft.segment, reason=draft.reason, by=draft.published_by, at=at))
        except (CriteriaError, SegmentEditingError):
            log.warning("scheduled rule %s of segment %s cannot be published", draft.pk, draft.segment_id)
    return published


@transaction.atomic
def go_back_to(rule: SegmentRule, *, reason: str, by: User, at: datetime) -> SegmentRule:
    """Publish an earlier version again, as a new version; a waiting draft is replaced by it.

    Raises ``SegmentEditingError``, or ``CriteriaError`` when the old rule asks for what no longer exists.
    """
    if rule.state != SegmentRule.State.RETIRED:
        raise SegmentEditingError(_("Only a version that was replaced can come back."))
    save_draft(rule.segment, rule.criteria, by=by)
    return publish_rule(rule.segment, reason=reason, by=by, at=at)


@transaction.atomic
def discard_draft(segment: Segment) -> None:
    """Throw the draft away; without one nothing happens."""
    _lock(segment).rules.filter(state=SegmentRule.State.DRAFT).delete()


@transaction.atomic
def archive_segment(segment: Segment, *, at: datetime) -> Segment:
    """Ask this segment's rule no more; its members move with the next night. Raises ``SegmentEditingError``."""
    segment = _lock(segment)
    if segment.is_fallback:
        raise SegmentEditingError(_("Somebody must take the rest: this segment cannot go."))
    segment.archived_at = segment.archived_at or at
    segment.save(update_fields=["archived_at"])
    return segment


@transaction.atomic
def restore_segment(segment: Segment) -> Segment:
    """Ask its rule again from the next night on."""
    segment = _lock(segment)
    segment.archived_at = None
    segment.save(update_fields=["archived_at"])
    return segment


def _next_version(segment: Segment) -> int:
    return (segment.rules.aggregate(last=Max("version"))["last"] or 0) + 1
