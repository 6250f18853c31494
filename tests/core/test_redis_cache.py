"""The cache keeps its client, and what is cached is found as before, in threads and in forked processes too."""

import os
import threading

from django.core.cache import cache, caches


def test_many_questions_are_asked_by_one_client(monkeypatch):
    client = cache._cache
    made = []
    monkeypatch.setattr(client, "kept", None)
    monkeypatch.setattr(client, "_client", lambda _make=client._client, **given: made.append(1) or _make(**given))
    cache.set("answer", 42)
    assert cache.get_many(["answer", "question"]) == {"answer": 42}
    cache.delete("answer")
    assert cache.get("answer") is None
    assert len(made) == 1


def test_each_thread_has_its_own_and_reads_the_same():
    cache.set("answer", 42)
    found = []
    thread = threading.Thread(target=lambda: found.extend([cache.get("answer"), caches["default"]._cache]))
    thread.start()
    thread.join()
    assert found[0] == 42
    assert found[1] is not cache._cache


def test_a_forked_process_asks_by_connections_of_its_own():
    cache.set("answer", 42)
    child = os.fork()
    if not child:
        os._exit(0 if [cache.get("answer") for _nth in range(100)] == [42] * 100 else 1)
    assert [cache.get("answer") for _nth in range(100)] == [42] * 100
    assert os.waitpid(child, 0)[1] == 0
