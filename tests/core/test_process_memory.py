"""What was freed serves the next array while a piece of work lasts, and is given back when it is done."""

import pytest

from crm.core import process_memory
from crm.core.process_memory import keep_freed_memory


@pytest.fixture
def told(monkeypatch):
    """What the C library is told, in order."""
    calls = []
    library = type("Library", (), {"mallopt": lambda _self, *option: calls.append(option)})()
    library.malloc_trim = lambda _kept: calls.append("given back")
    monkeypatch.setattr(process_memory.ctypes, "CDLL", lambda _name: library)
    return calls


def test_memory_is_given_back_at_the_end_of_the_outermost_work(told):
    @keep_freed_memory()
    def work():
        assert told.count("given back") == 0

    with keep_freed_memory():
        work()
        work()
    assert told[-1] == "given back"
    assert told.count("given back") == 1
    assert told[0] != told[-2]  # and the library goes on as before


def test_work_that_fails_gives_back_too(told):
    with pytest.raises(ValueError, match="no"), keep_freed_memory():
        raise ValueError("no")
    assert told[-1] == "given back"


def test_where_the_library_cannot_be_told_nothing_happens(monkeypatch):
    monkeypatch.setattr(process_memory.ctypes, "CDLL", lambda _name: object())
    with keep_freed_memory():
        pass
