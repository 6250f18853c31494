"""What imports leave lying goes away, what is needed stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from customers.import_cleaning import clean_imports
from customers.import_staging import Stage
from customers.models import DataImport
from tests.customers.import_files import AT, import_file, read_file

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "customer id,date,amount\n7,2026-03-01,10\n8,2026-02-30,10\n"


def _age(data_import, **days):
    DataImport.objects.filter(pk=data_import.pk).update(**{name: AT - timedelta(days=n) for name, n in days.items()})


def test_uploads_that_nobody_started_go_after_a_week():
    fresh, old = read_file(FILE), read_file(FILE)
    DataImport.objects.update(state="ready", created_at=AT)
    _age(old, created_at=8)
    path = Path(old.file.path)
    assert clean_imports(at=AT)["uploads"] == 1
    assert not path.exists()
    assert DataImport.objects.get(pk=old.pk).state == "cancelled"
    assert Path(DataImport.objects.get(pk=fresh.pk).file.path).exists()


def test_rejected_rows_go_after_a_month_and_the_report_stays():
    done = import_file(FILE)
    path = Path(done.rejected.path)
    assert clean_imports(at=AT)["rejected"] == 0
    assert DataImport.objects.get(pk=done.pk).preview["shown"]
    _age(done, finished_at=31)
    assert clean_imports(at=AT)["rejected"] == 1
    assert not path.exists()
    kept = DataImport.objects.get(pk=done.pk)
    assert kept.report["rejected"] == 1
    assert kept.report["first_problems"] == []
    assert not {"samples", "shown", "problem_rows"} & kept.preview.keys()
    assert kept.preview["headers"]


def test_what_a_crash_left_over_goes_and_a_running_import_keeps_its_own():
    running = read_file(FILE)
    stray = Path(settings.MEDIA_ROOT) / "imports" / "stray.upload"
    stray.write_text("x")
    old = (AT - timedelta(days=2)).timestamp()
    for path in (stray, Path(running.file.path)):
        os.utime(path, (old, old))
    Stage(987654).create({"customer": "text"})
    Stage(running.pk).create({"customer": "text"})
    cleaned = clean_imports(at=AT)
    assert (cleaned["files"], cleaned["stages"]) == (1, 1)
    assert Path(running.file.path).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [Stage(running.pk).rows])
        assert cursor.fetchone()[0]
    Stage(running.pk).drop()
