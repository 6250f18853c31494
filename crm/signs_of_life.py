"""Worker and beat say that they live: in the cache, where ``/readyz`` reads it, and in a file for their own probe."""

import os
import time
from pathlib import Path

from django.core.cache import cache

WORKER = "worker"
BEAT = "beat"
REMEMBERED_SECONDS = 24 * 60 * 60


def record_sign_of_life(name: str) -> None:
    """Remember that ``name`` lives at this moment; touches SIGN_OF_LIFE_FILE where that is set."""
    if file := os.environ.get("SIGN_OF_LIFE_FILE"):
        Path(file).touch()
    cache.set(f"alive:{name}", time.time(), REMEMBERED_SECONDS)


def read_seconds_since_sign_of_life(*names: str) -> dict[str, float | None]:
    """How many seconds ago each of ``names`` was heard of; None when not within a day."""
    now = time.time()
    found = cache.get_many([f"alive:{name}" for name in names])
    return {name: None if (at := found.get(f"alive:{name}")) is None else round(max(now - at, 0), 1) for name in names}
