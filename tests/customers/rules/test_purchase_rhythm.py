"""The drawing of a customer's rhythm."""

from datetime import date, timedelta

from customers.rules.purchase_rhythm import FLOOR, LEFT, RIGHT, TOP, draw_rhythm

TODAY = date(2026, 11, 21)


def every(days, times, *, last):
    return [(last - timedelta(days=days * n), 10_000 + n) for n in range(times)]


def test_every_purchase_of_the_last_months_is_a_stem_inside_the_drawing():
    drawing = draw_rhythm(every(18, 20, last=date(2026, 11, 10)), today=TODAY, usual_gap_days=18.0)
    assert len(drawing.stems) == 20
    assert [stem.day for stem in drawing.stems] == sorted(stem.day for stem in drawing.stems)
    assert all(LEFT <= stem.x <= RIGHT and TOP <= stem.y < FLOOR for stem in drawing.stems)
    assert drawing.silent_days == 11
    assert not drawing.is_late
    assert drawing.missed == []


def test_the_largest_purchase_has_the_highest_stem():
    drawing = draw_rhythm([(date(2026, 9, 1), 100), (date(2026, 10, 1), 900)], today=TODAY, usual_gap_days=None)
    assert drawing.stems[1].y == TOP < drawing.stems[0].y


def test_all_stems_are_one_path_and_points_stand_only_where_they_do_not_lie_on_each_other():
    few = draw_rhythm(every(30, 9, last=TODAY), today=TODAY, usual_gap_days=30.0)
    assert few.stalks.count("M") == len(few.stems) == 9
    assert few.stalks.startswith(f"M{few.stems[0].x} {FLOOR}V{few.stems[0].y}")
    assert few.has_points
    many = draw_rhythm(every(1, 400, last=TODAY), today=TODAY, usual_gap_days=1.0)
    assert many.stalks.count("M") == 400
    assert not many.has_points


def test_a_silence_of_three_own_gaps_shows_three_purchases_that_did_not_come():
    drawing = draw_rhythm(every(18, 9, last=TODAY - timedelta(days=62)), today=TODAY, usual_gap_days=18.2)
    assert len(drawing.missed) == 3
    assert drawing.is_late
    assert drawing.gap_width > 0
    assert drawing.gap_from < drawing.words_at < drawing.gap_to


def test_a_silence_that_began_before_the_drawing_fills_it():
    drawing = draw_rhythm([(date(2020, 1, 1), 500)], today=TODAY, usual_gap_days=30.0)
    assert drawing.stems == []
    assert drawing.gap_from == LEFT
    assert len(drawing.missed) <= 12


def test_returns_and_days_to_come_are_no_purchases():
    drawing = draw_rhythm(
        [(date(2026, 10, 1), -500), (TODAY + timedelta(days=3), 500)], today=TODAY, usual_gap_days=10.0
    )
    assert drawing.stems == []
    assert drawing.silent_days == 0


def test_a_gap_below_a_day_draws_no_rings():
    assert draw_rhythm([(date(2026, 10, 1), 500)], today=TODAY, usual_gap_days=0.5).missed == []
