"""The Celery application: a bell that tells workers to look at the job ledger in Postgres."""

import gc
import os
import signal
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, heartbeat_sent, worker_init, worker_process_init

from crm.process_supervision import ask_for_signal_at_parent_death

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("rapport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["crm.core", "customers", "segments", "interactions", "complaints"], related_name="jobs")

OF_NIGHTS = ("crm.nightly_run", "scipy.special", "scipy.optimize")


@worker_init.connect
def load_what_nights_need(**_: Any) -> None:
    """Before the pool is forked, so that its processes share one copy of what they compute with.

    Each for itself would hold 60 MB more and load it in the middle of a night: a third of a second in which all others
    wait for the plan.
    """
    for name in OF_NIGHTS:
        import_module(name)
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """A pool process does not outlive a worker that was killed; its transaction rolls back."""
    ask_for_signal_at_parent_death(signal.SIGKILL)


@heartbeat_sent.connect
def record_worker(**_: Any) -> None:
    """Every two seconds, from the worker's main process: also while all its pool processes are busy."""
    from crm.signs_of_life import WORKER, record_sign_of_life

    record_sign_of_life(WORKER)


@beat_init.connect
def record_beat(**_: Any) -> None:
    """At the start of beat, and from then on with everything that it sends."""
    from crm.signs_of_life import BEAT, record_sign_of_life

    record_sign_of_life(BEAT)
    before_task_publish.connect(lambda **_: record_sign_of_life(BEAT), weak=False)
