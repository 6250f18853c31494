"""What a night knows for the next one and keeps with its figures, when it is done with all that somebody waits for."""

from datetime import timedelta

import numpy as np
from django.db.models.functions import Now

from crm.core.column_reading import read_packed
from customers.models import RewrittenHistory
from segments.figure_keeping import (
    AHEAD,
    SEGMENTS,
    are_figures_kept,
    list_pieces,
    read_about,
    read_figures,
    write_columns,
)
from segments.models import ScoreRun
from segments.rules.purchase_summary import PERIOD_EDGES
from segments.score_gathering import ID, TAKEN_OVER_FOR, ask_crossed, gather_segments

REMEMBERED_FOR = TAKEN_OVER_FOR + timedelta(days=3)


def note_crossings_ahead(run: ScoreRun) -> None:
    """Keep with the figures of the run in force of whom a purchase day crosses the edge of a period by the next
    evening, which otherwise looks for them, a row here and a row there, before anybody can begin to gather.

    Whoever gets or loses a day until then is among those whose days were written, and read anew as such.
    """
    if are_figures_kept(run.pk) and read_about(run.pk, number=AHEAD) is None:
        crossed = " UNION ALL ".join(ask_crossed(run.as_of, run.as_of + timedelta(days=1)))
        ids = np.unique(read_packed(crossed, (ID,))["customer_id"].astype(np.int64))
        write_columns(run.pk, AHEAD, figures={"customer_id": ids}, about={"edges": list(PERIOD_EDGES)})


def note_segments_ahead(run: ScoreRun) -> None:
    """Keep with the figures of the run in force in which segment everybody is: the next scoring writes that down, and
    whoever moved since is put right beside the indexes (``segment_noting``), as those are whom that night moves.
    """
    if not are_figures_kept(run.pk):
        return
    for shard in run.shards.order_by("number"):
        for piece in list_pieces(shard.number):
            if read_about(run.pk, number=SEGMENTS - piece) is None:
                ids = read_figures(run.pk, number=piece)["customer_id"]
                write_columns(run.pk, SEGMENTS - piece, figures={"segment_number": gather_segments(ids)})


def forget_rewritten() -> None:
    """Forget whose purchase days and contacts were written so long ago that every night knows it."""
    RewrittenHistory.objects.filter(written_at__lt=Now() - REMEMBERED_FOR).delete()
