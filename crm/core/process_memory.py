"""What a process holds of the machine's memory."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as the C library numbers them
_USUAL_BYTES = 1 << 17
_LARGE_BYTES = 1 << 24  # no array of a piece of work is larger
_keeping: list[None] = []


def give_back_memory() -> None:
    """Return to the machine what was freed: the C library keeps it otherwise, after work on large arrays most of it.

    Nothing happens where the library has no call for it.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


@contextmanager
def keep_freed_memory() -> Iterator[None]:
    """Inside, the memory of an array that is gone serves the next one, and all is given back at the end.

    Left to itself the C library asks the machine for each array of a quarter of a megabyte anew, and the machine hands
    it out page by page: a fifth of the time of arithmetic on some ten thousand customers at a time. Of several inside
    of each other the outermost counts.
    """
    _keeping.append(None)
    _keep(2 * _LARGE_BYTES, _LARGE_BYTES)
    try:
        yield
    finally:
        _keeping.pop()
        if not _keeping:
            _keep(_USUAL_BYTES, _USUAL_BYTES)
            give_back_memory()


def _keep(free_bytes: int, array_bytes: int) -> None:
    """How much that was freed stays, and from which size on an array has pages of its own."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_TRIM_THRESHOLD, free_bytes)
        set_option(_MMAP_THRESHOLD, array_bytes)
