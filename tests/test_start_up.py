"""What a process loads before it does anything: a command and beat start often, and never compute."""

import json
import subprocess
import sys

from django.conf import settings

LOADED = """
import json, sys
import django
django.setup()
at_start = set(sys.modules)
import crm.wsgi
of_pages = set(sys.modules)
from celery.signals import worker_init
worker_init.send(sender=None)
print(json.dumps([sorted(at_start), sorted(of_pages), sorted(sys.modules)]))
"""
FROZEN = """
import crm.wsgi
import gc, json
print(json.dumps([gc.get_freeze_count(), len(gc.get_objects()), gc.isenabled()]))
"""
COMPUTING = {"pandas", "scipy", "xlsxwriter", "segments.model_fitting", "crm.nightly_run"}


def test_what_computes_is_loaded_by_the_work_and_not_by_the_start() -> None:
    answer = subprocess.run([sys.executable, "-c", LOADED], cwd=settings.BASE_DIR, capture_output=True, check=True)
    at_start, with_all_pages, before_the_pool = map(set, json.loads(answer.stdout))
    assert at_start & {*COMPUTING, "numpy", "allauth.mfa.webauthn", "charset_normalizer"} == set()
    assert with_all_pages & {"pandas", "scipy", "xlsxwriter", "ninja", "pydantic", "crm.nightly_run"} == set()
    assert "crm.home.my_day" in with_all_pages, "the web processes share the pages that were loaded before the fork"
    of_nights = {"crm.nightly_run", "numpy", "scipy.special", "scipy.optimize"}
    assert of_nights <= before_the_pool, "the processes of a worker share what a night computes with"


def test_the_web_processes_do_not_look_for_garbage_in_what_was_loaded_at_the_start() -> None:
    answer = subprocess.run([sys.executable, "-c", FROZEN], cwd=settings.BASE_DIR, capture_output=True, check=True)
    set_aside, looked_through, is_tidied = json.loads(answer.stdout)
    assert set_aside > 100_000
    assert looked_through < 5_000
    assert is_tidied, "what pages leave behind is collected as ever"
