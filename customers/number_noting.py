"""Whether any number stands twice in a file, told while it is read: the database would sort or hash all of them."""

from __future__ import annotations

from typing import Any

from crm.core.late_imports import numpy as np
from crm.core.late_imports import pandas as pd


class NumberNoter:
    """Keeps the hash of each number (8 bytes a row). Two that share one by chance only have the database asked."""

    def __init__(self) -> None:
        self._hashes: list[np.ndarray[Any, Any]] = []
        self._are_told = True

    def hear(self, shaped: pd.DataFrame) -> None:
        """Take in a chunk as it goes to the stage."""
        numbers = shaped["number"].tolist() if "number" in shaped else [None]
        self._are_told = self._are_told and set(map(type, numbers)) <= {str} and all(numbers)
        if self._are_told:
            self._hashes.append(np.fromiter(map(hash, numbers), dtype=np.int64, count=len(numbers)))

    def do_differ(self) -> bool:
        """Whether every row has told a number, and no two the same."""
        if not self._are_told or not self._hashes:
            return False
        hashes = np.sort(np.concatenate(self._hashes))
        return not bool((hashes[1:] == hashes[:-1]).any())
