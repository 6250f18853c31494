"""What a process holds of the machine's memory."""

import ctypes


def give_back_memory() -> None:
    """Return to the machine what was freed: the C library keeps it otherwise, after work on large arrays most of it.

    Nothing happens where the library has no call for it.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
