"""How many slips of the fingers lie between what was typed and what is meant."""


def count_typing_errors(typed: str, meant: str) -> tuple[int, int]:
    """Letters wrong, missing, too many, or two neighbours swapped, each counted once: between ``typed`` and the whole
    word, and between ``typed`` and the beginning of the word that comes nearest to it.

    ``("smiht", "smith")`` is ``(1, 1)``, ``("maskinfabi", "maskinfabrik")`` is ``(2, 1)``. The distance of optimal
    string alignment (Damerau 1964, without editing a swapped pair again).
    """
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        last, before, row = before, row, [i]
        for j, other in enumerate(meant, 1):
            errors = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                errors = min(errors, last[j - 2] + 1)
            row.append(errors)
    return row[-1], min(row)
