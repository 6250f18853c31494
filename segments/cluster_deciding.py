"""A proposed group is accepted, and becomes a segment with a draft of its rule; or refused with a reason, for good."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.core.models import User
from segments.criteria_reading import read_aloud
from segments.models import ClusterProposal, Segment
from segments.segment_editing import save_draft

GOOD_PART = 0.2


class ProposalDecidedError(Exception):
    """Somebody has decided already; the message says so."""


@transaction.atomic
def accept_proposal(proposal: ClusterProposal, *, by: User, at: datetime) -> Segment:
    """A new segment with the rule as its draft, asked before those where its customers are today, whose rules would
    else keep them; nobody moves before it is published. Raises ``ProposalDecidedError``, or ``CriteriaError`` where the
    rule can no longer be used."""
    proposal = _lock(proposal)
    place = _make_room(proposal)
    segment = Segment.objects.create(
        key=_free_key(proposal.name),
        name=_free_name(proposal.name),
        mark=_free_mark(),
        priority=place,
        target_definition=_("Found by their behaviour: %(rule)s.") % {"rule": read_aloud(proposal.criteria)},
        created_by=by,
    )
    save_draft(segment, proposal.criteria, by=by)
    proposal.state, proposal.decided_by, proposal.decided_at = ClusterProposal.State.ACCEPTED, by, at
    proposal.segment = segment
    proposal.save()
    return segment


@transaction.atomic
def refuse_proposal(proposal: ClusterProposal, *, reason: str, by: User, at: datetime) -> ClusterProposal:
    """Not to be proposed again. Raises ``ProposalDecidedError``, ``ValueError`` without a reason."""
    proposal = _lock(proposal)
    if not reason.strip():
        raise ValueError(_("Say why: it is not proposed again."))
    proposal.state, proposal.reason = ClusterProposal.State.REFUSED, reason.strip()[:300]
    proposal.decided_by, proposal.decided_at = by, at
    proposal.save()
    return proposal


def _lock(proposal: ClusterProposal) -> ClusterProposal:
    held = ClusterProposal.objects.select_for_update().get(pk=proposal.pk)
    if held.state != ClusterProposal.State.OPEN:
        raise ProposalDecidedError(_("This has been decided already: %(state)s.") % {"state": held.get_state_display()})
    return held


def _make_room(proposal: ClusterProposal) -> int:
    """The number at which the new segment is asked: that of the first one with a good part of the group, which follows
    it with all behind, in the same order; after all of them where the rest has the group."""
    there = [key for key, n in proposal.today if n >= GOOD_PART * proposal.size]
    asked = Segment.objects.filter(is_fallback=False)
    first = asked.filter(pk__in=there).aggregate(first=Min("priority"))["first"]
    if first is None:
        return (asked.aggregate(last=Max("priority"))["last"] or 0) + 1
    asked.filter(priority__gte=first).update(priority=F("priority") + 1)
    return int(first)


def _free_name(name: str) -> str:
    taken = set(Segment.objects.values_list("name", flat=True))
    return next(one for one in (name, *(f"{name[:55]} {n}" for n in range(2, 1000))) if one not in taken)


def _free_key(name: str) -> str:
    stem = slugify(name)[:30].strip("-") or "group"
    taken = set(Segment.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, 1000) if f"{stem}-{n}" not in taken)


def _free_mark() -> str:
    """A spare shape that no segment in use has yet, where there is one."""
    spare = [Segment.Mark.PLUS, Segment.Mark.STAR, Segment.Mark.HEXAGON, Segment.Mark.HALF]
    taken = set(Segment.objects.filter(archived_at=None).values_list("mark", flat=True))
    return next((mark for mark in spare if mark not in taken), Segment.Mark.PLUS)
