"""Planted groups are found, marked off and described; where there is none, none is made up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.rules.behaviour_clusters import (
    MOST_CONDITIONS,
    Behaviour,
    Figure,
    find_clusters,
    find_marks,
    find_rule,
    group_points,
    measure_agreement,
    measure_apartness,
    measure_overlap,
    round_cut,
    standardise,
)

PEOPLE, PLANTED = 1_200, 120


def make_base(*, planted: int = PLANTED, seed: int = 3) -> tuple[Behaviour, np.ndarray]:
    """Ordinary customers, and among them some who buy small things every few days and cost a lot to serve."""
    random = np.random.default_rng(seed)
    group = np.zeros(PEOPLE, dtype=bool)
    group[random.choice(PEOPLE, planted, replace=False)] = True
    gap = np.where(group, random.gamma(20, 0.2, PEOPLE), random.gamma(12, 4.0, PEOPLE))
    service = np.where(group, random.gamma(40, 2_000, PEOPLE), random.gamma(4, 2_500, PEOPLE))
    sales = random.lognormal(12, 0.7, PEOPLE)
    rate = random.normal(0.25, 0.08, PEOPLE)
    gap[random.random(PEOPLE) < 0.05] = np.nan
    figures = [
        Figure("sales_12m", sales, is_amount=True, decimals=-2),
        Figure("mean_gap_days", gap, is_amount=True),
        Figure("service_12m", service, is_amount=True, decimals=-2),
        Figure("contribution_rate", rate, decimals=2),
    ]
    families = np.where(group, "Filters", random.choice(["Seals", "Bearings", ""], PEOPLE)).tolist()
    return Behaviour(figures, {"main_family": families}), group


def apply(criteria, behaviour):
    columns = {figure.name: figure.values for figure in behaviour.figures}
    kept = np.ones(behaviour.customers, dtype=bool)
    for condition in criteria["all"]:
        if condition["operator"] == "is":
            kept &= np.asarray(behaviour.words[condition["metric"]]) == condition["value"]
        else:
            column = columns[condition["metric"]]
            with np.errstate(invalid="ignore"):
                kept &= (
                    column >= condition["value"]
                    if condition["operator"] == "at_least"
                    else column <= condition["value"]
                )
    return kept


def test_a_planted_group_is_found_with_what_marks_it_off_and_a_rule_that_describes_it():
    behaviour, group = make_base()
    best = find_clusters(behaviour, known=[], seed=1)[0]
    assert measure_agreement(best.members, group) > 0.9
    assert measure_agreement(best.described, group) > 0.9
    assert best.precision > 0.9
    assert best.recall > 0.85
    assert {mark.name for mark in best.marks[:3]} == {"main_family", "mean_gap_days", "service_12m"}
    own_gap = next(mark for mark in best.marks if mark.name == "mean_gap_days")
    assert own_gap.inside < 6
    assert own_gap.outside > 30
    family = next(mark for mark in best.marks if mark.name == "main_family")
    assert (family.word, family.inside, family.outside) == ("Filters", pytest.approx(1, abs=0.1), 0)
    assert np.array_equal(apply(best.criteria, behaviour), best.described), "the rule says what it was measured by"


def test_a_dozen_families_do_not_drown_a_group_that_behaves_alike():
    behaviour, group = make_base(planted=60)
    random = np.random.default_rng(5)
    families = np.where(group & (random.random(PEOPLE) < 0.9), "Filters", random.choice(list("ABCDEFGHIJKL"), PEOPLE))
    clusters = find_clusters(Behaviour(behaviour.figures, {"main_family": families.tolist()}), known=[], seed=1)
    assert measure_agreement(clusters[0].members, group) > 0.9, "and it stands first"


def test_a_figure_known_of_few_of_a_group_does_not_mark_it_off():
    behaviour, group = make_base()
    returns = np.where(group, 900.0, 5.0)
    returns[np.flatnonzero(group)[10:]] = np.nan
    names = [mark.name for mark in find_marks(Behaviour([*behaviour.figures, Figure("returns", returns)]), group)]
    assert "returns" not in names
    assert "mean_gap_days" in names


def test_without_the_telling_word_figures_describe_it():
    behaviour, group = make_base()
    best = find_clusters(Behaviour(behaviour.figures), known=[], seed=1)[0]
    assert {condition["metric"] for condition in best.criteria["all"]} <= {figure.name for figure in behaviour.figures}
    assert measure_agreement(best.described, group) > 0.85


def test_a_group_that_a_segment_describes_already_is_not_proposed():
    behaviour, group = make_base()
    for cluster in find_clusters(behaviour, known=[group], seed=1):
        assert measure_agreement(cluster.described, group) < 0.6


def test_two_planted_groups_are_two_proposals_that_hardly_overlap():
    behaviour, group = make_base()
    random = np.random.default_rng(8)
    other = ~group & (random.random(PEOPLE) < 0.12)
    sales, rate = behaviour.figures[0].values.copy(), behaviour.figures[3].values.copy()
    sales[other], rate[other] = random.lognormal(16, 0.2, other.sum()), random.normal(-0.4, 0.03, other.sum())
    figures = [Figure("sales_12m", sales, is_amount=True, decimals=-2), *behaviour.figures[1:3]]
    figures.append(Figure("contribution_rate", rate, decimals=2))
    found = find_clusters(Behaviour(figures, behaviour.words), known=[], seed=1)
    for planted in (group, other):
        assert max(measure_agreement(cluster.described, planted) for cluster in found) > 0.85
    for number, one in enumerate(found):
        assert all(measure_overlap(one.described, two.described) < 0.5 for two in found[number + 1 :])


def test_one_cloud_without_groups_gives_no_proposal():
    random = np.random.default_rng(4)
    figures = [Figure(f"figure_{number}", random.normal(0, 1, 800), decimals=2) for number in range(5)]
    assert find_clusters(Behaviour(figures), known=[], seed=1) == []


def test_the_same_base_gives_the_same_groups():
    behaviour, _group = make_base()
    first, second = (find_clusters(behaviour, known=[], seed=7) for _time in range(2))
    assert [cluster.criteria for cluster in first] == [cluster.criteria for cluster in second]


@pytest.mark.parametrize("shuffle", range(5))
def test_the_order_in_which_customers_come_does_not_change_the_groups(shuffle):
    behaviour, _group = make_base()
    order = np.random.default_rng(shuffle).permutation(PEOPLE)
    points = standardise(behaviour)
    told, shuffled = (group_points(rows, 6, np.random.default_rng(7)) for rows in (points, points[order]))
    assert np.array_equal(told[order], shuffled)


def test_too_few_customers_are_no_group():
    behaviour, _group = make_base()
    few = [Figure(figure.name, figure.values[:60], figure.is_amount, figure.decimals) for figure in behaviour.figures]
    assert find_clusters(Behaviour(few), known=[], seed=1) == []
    assert find_clusters(Behaviour([]), known=[], seed=1) == []


def test_figures_that_nobody_or_everybody_shares_do_no_harm():
    flat = [Figure("a", np.full(200, 3.0)), Figure("b", np.full(200, np.nan)), Figure("c", np.zeros(200), True)]
    behaviour = Behaviour(flat, {"word": [""] * 200})
    assert not standardise(behaviour).any()
    assert find_clusters(behaviour, known=[], seed=1) == []
    assert [mark.name for mark in find_marks(behaviour, np.arange(200) < 50)] == ["a", "c"]
    assert set(group_points(np.zeros((30, 2)), 4, np.random.default_rng(1))) == {0}


@pytest.mark.parametrize(
    ("value", "decimals", "cut"),
    [
        (74_312, -2, 74_000),
        (0.238, 2, 0.24),
        (0, 2, 0),
        (7.26, 0, 7),
        (-1_234, -2, -1_200),
        (12.4, 1, 12),
        (3.26, 1, 3.3),
    ],
)
def test_cuts_are_numbers_that_people_write(value, decimals, cut):
    assert round_cut(value, decimals) == cut


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e9, 1e9) | st.just(float("nan")), st.floats(0, 1e12), st.sampled_from(["", "a", "b"])),
        min_size=80,
        max_size=150,
    )
)
def test_whatever_the_figures_every_proposal_is_what_its_rule_says(rows):
    first, second, words = zip(*rows, strict=True)
    figures = [
        Figure("x", np.array(first), decimals=1),
        Figure("y", np.array(second), is_amount=True, decimals=-2),
        Figure("z", np.array(first)[::-1].copy(), decimals=0),
    ]
    behaviour = Behaviour(figures, {"word": list(words)})
    for cluster in find_clusters(behaviour, known=[], seed=1):
        assert np.array_equal(apply(cluster.criteria, behaviour), cluster.described)
        assert 0.7 <= cluster.precision <= 1
        assert np.isfinite([mark.distance for mark in cluster.marks]).all()


def test_a_single_group_stands_apart_from_nothing():
    assert measure_apartness(np.zeros((4, 2)), np.zeros(4, dtype=np.int64), 2) == [0.0, 0.0]


def test_a_figure_that_nobody_has_offers_no_condition():
    members = np.arange(200) < 60
    figures = [Figure("unknown", np.full(200, np.nan)), Figure("gap", np.where(members, 5.0, 80.0))]
    criteria, described = find_rule(Behaviour(figures), members)
    assert {condition["metric"] for condition in criteria["all"]} == {"gap"}
    assert np.array_equal(described, members)


def test_a_rule_stays_short_enough_to_read_even_where_a_longer_one_would_describe_more():
    random = np.random.default_rng(4)
    figures = [Figure(f"figure_{nth}", random.uniform(0, 100, 4_000)) for nth in range(5)]
    members = np.all([figure.values >= 30 for figure in figures], axis=0)
    criteria, described = find_rule(Behaviour(figures), members)
    assert len({condition["metric"] for condition in criteria["all"]}) == MOST_CONDITIONS
    assert measure_agreement(described, members) < measure_agreement(described & members, members) == 1
