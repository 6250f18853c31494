"""A file too large is refused before it fills the disk, however it is sent."""

from io import BytesIO

import pytest
from django.urls import reverse

from customers.import_handling import FileTooLarge, store_file
from customers.models import DataImport

pytestmark = pytest.mark.django_db


class Endless(BytesIO):
    """A body that never ends; counts what was taken of it."""

    taken = 0

    def read(self, size=-1):
        self.taken += max(size, 0)
        if size < 0 or self.taken > 20_000_000:
            raise AssertionError("the body is read without an end")
        return b"x" * size


def test_a_body_without_a_length_is_not_read(signed_in, admin):
    """As with ``Transfer-Encoding: chunked``, where nobody knows how long it will be."""
    body = Endless()
    answer = signed_in(admin).generic(
        "POST",
        reverse("customers:import-new"),
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": body, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code in {400, 411, 422}
    assert body.taken == 0
    assert not DataImport.objects.exists()


def test_a_file_that_grows_beyond_the_limit_is_dropped_at_once(settings, tmp_path):
    settings.MAX_UPLOAD_BYTES, settings.MEDIA_ROOT = 5_000, tmp_path
    taken = []

    def blocks():
        for number in range(1_000):
            taken.append(number)
            yield b"x" * 1_000

    with pytest.raises(FileTooLarge):
        store_file(blocks(), name="big.csv", kind="orders", by=None)
    assert len(taken) == 6
    assert not list((tmp_path / "imports").glob("*"))
    assert not DataImport.objects.exists()
