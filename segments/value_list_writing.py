"""The lists of the best and the worst, written by the night after the scores are in force."""

from datetime import date

from segments.best_fit_writing import write_best_fits
from segments.pin_answering import answer_pins
from segments.value_band_writing import write_value_bands
from segments.worst_sign_writing import write_worst_signs


def write_value_lists(*, on: date) -> dict[str, int]:
    """Places by the last fiscal year, worst signs, best fits and what the rules say of the pins; rows of each.

    Writing the same evening again changes nothing.
    """
    return {
        "ranked": write_value_bands(on=on),
        "worst": write_worst_signs(on=on),
        "best_fit": write_best_fits(on=on),
        "pins": answer_pins(on=on),
    }
