"""What a drawing tells by colour is told to colour-blind readers too: far enough apart in both themes, and never alone.

Colours are read from the style sheets. How they look without one kind of cone follows Machado, Oliveira and Fernandes
(2009), how far two lie apart is CIEDE2000: 2 is seen side by side, 10 at a glance.
"""

from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from re import findall, search

import pytest

from crm.home.segment_charts import FILLS, OTHER_SHAPE, SHAPES
from crm.settings import BASE_DIR

TOKENS = (BASE_DIR / "static/css/tokens.css").read_text()
CHARTS = (BASE_DIR / "static/css/charts.css").read_text()
COLOURS = {name: pair for name, *pair in findall(r"--([\w-]+):light-dark\((#\w+),(#\w+)\)", TOKENS)}
AT_A_GLANCE = 11
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def read_colour(written):
    """Three parts between 0 and 1, as written."""
    digits = written.lstrip("#")
    digits = "".join(2 * one for one in digits) if len(digits) == 3 else digits
    return [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]


def see(written, *, eye, opacity=1.0, ground="#fff"):
    """A colour on its ground as CIE L*a*b* of what is seen."""
    mixed = [
        opacity * one + (1 - opacity) * under
        for one, under in zip(read_colour(written), read_colour(ground), strict=True)
    ]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in mixed]
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, light, strict=True)))) for row in EYES[eye]
    )
    x = (0.4125 * red + 0.3576 * green + 0.1804 * blue) / 0.9505
    y = 0.2127 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9503 * blue) / 1.0888
    x, y, z = (part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def measure(one, other):
    """CIEDE2000 between two colours in L*a*b*."""
    (light, a, b), (light_2, a_2, b_2) = one, other
    mean = (hypot(a, b) + hypot(a_2, b_2)) / 2
    stretch = 1.5 - 0.5 * sqrt(mean**7 / (mean**7 + 25**7))
    chroma, chroma_2 = hypot(a * stretch, b), hypot(a_2 * stretch, b_2)
    hue, hue_2 = (degrees(atan2(y, x * stretch)) % 360 for x, y in ((a, b), (a_2, b_2)))
    turn = (hue_2 - hue + 180) % 360 - 180
    middle = hue + turn / 2
    light_mean, chroma_mean = (light + light_2) / 2, (chroma + chroma_2) / 2
    weights = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    shape = 1 + sum(size * cos(radians(times * middle + plus)) for size, times, plus in weights)
    by_light = (light_2 - light) / (1 + 0.015 * (light_mean - 50) ** 2 / sqrt(20 + (light_mean - 50) ** 2))
    by_chroma = (chroma_2 - chroma) / (1 + 0.045 * chroma_mean)
    by_hue = 2 * sqrt(chroma * chroma_2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma_mean * shape)
    bend = -2 * sqrt(chroma_mean**7 / (chroma_mean**7 + 25**7)) * sin(radians(60 * exp(-(((middle - 275) / 25) ** 2))))
    return sqrt(by_light**2 + by_chroma**2 + by_hue**2 + bend * by_chroma * by_hue)


def find_nearest(names, *, theme, opacity=1.0):
    """The smallest distance between any two of the colours, for whom, and which they are."""
    ground = COLOURS["surface"][theme]
    return min(
        (measure(*(see(COLOURS[name][theme], eye=eye, opacity=opacity, ground=ground) for name in pair)), eye, pair)
        for eye in EYES
        for pair in combinations(names, 2)
    )


def test_the_measure_gives_the_distances_published_for_it():
    for one, other, distance in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ):
        assert measure(one, other) == pytest.approx(distance, abs=1e-3)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_segments_are_told_apart_by_everybody_in_both_themes(theme):
    segments = [f"seg-{mark}" for mark in sorted(FILLS)]
    dots = float(search(r"\.dotm\{fill-opacity:(\.\d+)", CHARTS)[1])
    assert find_nearest(segments, theme=theme) >= (AT_A_GLANCE,)
    assert find_nearest(segments, theme=theme, opacity=dots) >= (AT_A_GLANCE,), "the marks of the map"


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_what_rises_falls_and_stands_in_a_bridge_is_told_apart_by_everybody(theme):
    bars = [search(rf"\.wf-{kind}\{{fill:var\(--([\w-]+)\)", CHARTS)[1] for kind in "tud"]
    assert find_nearest(bars, theme=theme) >= (AT_A_GLANCE,)


def test_nothing_is_told_by_colour_alone():
    assert len({*SHAPES.values(), OTHER_SHAPE}) == len(FILLS) + 1, "each segment has its own shape, spare ones too"
    assert "stroke:var(--mark" in search(r"\.flow\{[^}]*\}", CHARTS)[0], "a pale band has an edge of the full colour"
    assert "stroke-dasharray" in search(r"\.ln2\{[^}]*\}", CHARTS)[0], "the second curve is dashed"
