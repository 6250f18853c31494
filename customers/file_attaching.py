"""Files of a customer: taken in under a random name once their content is known, removed, brought back, cleared away.

What a file may belong to besides the customer is entered into ``ATTACHABLE`` by the app that has it, when it is ready.
"""

import hashlib
import secrets
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from crm.core.change_reading import find_event_model
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.record_restoring import KEPT_FOR
from customers.models import Attachment, Customer
from customers.rules.file_sniffing import HEAD, FileKind, UnknownFile, is_packed, sniff_kind, tidy_name

MOST_FILES = 1000
MOST_PACKED = 20_000
MEGABYTE = 1024 * 1024
_REASONS = {
    "empty": gettext_lazy("The file is empty."),
    "active": gettext_lazy("Web pages and drawings that can run programs are not taken."),
    "macros": gettext_lazy("Documents with macros are not taken: save it without them."),
    "unknown": gettext_lazy("Only pictures, PDF, office documents, texts and ZIP archives are taken."),
}
# Which customer a record of that kind belongs to, None for one that the user may not see.
ATTACHABLE: dict[str, Callable[[User, int], int | None]] = {}


class FileRefused(Exception):
    """It is not taken; the message says why."""


def read_kind(file: UploadedFile) -> FileKind:
    """The kind of ``file`` by its content. Raises ``FileRefused``."""
    file.seek(0)
    head = file.read(HEAD)
    names, packed_type = _look_inside(file) if is_packed(head) else ([], "")
    try:
        return sniff_kind(head, names=names, packed_type=packed_type)
    except UnknownFile as error:
        raise FileRefused(str(_REASONS[error.reason])) from error
    finally:
        file.seek(0)


def _look_inside(file: UploadedFile) -> tuple[list[str], str]:
    """The names in an archive, and what an OpenDocument says it is; nothing is unpacked."""
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:  # type: ignore[arg-type]
            members = archive.infolist()
            if len(members) > MOST_PACKED:
                raise FileRefused(gettext("There are too many files in this archive."))
            first = members[0] if members else None
            says = first is not None and first.filename == "mimetype" and first.file_size < 100
            packed_type = archive.read(first).decode("ascii", "replace") if first and says else ""
            return [member.filename for member in members], packed_type
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(gettext("This archive cannot be read.")) from error


@transaction.atomic
def attach_file(
    customer: Customer, *, file: UploadedFile, by: User, at: datetime, about: str = "", about_id: int = 0
) -> Attachment:
    """Keep ``file`` with ``customer``; the same content there already is not kept twice.

    Raises ``FileRefused`` for what is too large, of no kind that is taken, or one too many.
    """
    most = int(setting("files.largest_mb"))
    if (file.size or 0) > most * MEGABYTE:
        raise FileRefused(gettext("Larger than %(most)s MB.") % {"most": most})
    if Attachment.objects.filter(customer=customer)[:MOST_FILES].count() >= MOST_FILES:
        raise FileRefused(gettext("This customer has %(most)s files already.") % {"most": MOST_FILES})
    kind, digest = read_kind(file), hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    same = Attachment.objects.filter(customer=customer, about=about, about_id=about_id, sha256=digest.hexdigest())
    if (held := same.first()) is not None:
        return held
    token = secrets.token_hex(20)
    stored = default_storage.save(f"files/{token[:2]}/{token}", file)
    try:
        return Attachment.objects.create(
            customer=customer,
            about=about,
            about_id=about_id,
            file_name=tidy_name(file.name or "", kind),
            kind=kind.key,
            stored=stored,
            bytes=file.size,
            sha256=digest.hexdigest(),
            added_at=at,
            added_by=by,
        )
    except BaseException:
        default_storage.delete(stored)
        raise


def read_about(raw: str, *, customer: Customer, by: User) -> tuple[str, int]:
    """What a file belongs to, from ``complaint-12``; the customer himself where that is not his or not to be seen."""
    name, dash, number = raw.partition("-")
    is_number = bool(dash) and number.isascii() and number.isdigit() and len(number) < 19
    if is_number and name in ATTACHABLE and ATTACHABLE[name](by, int(number)) == customer.pk:
        return name, int(number)
    return "", 0


def may_remove(attachment: Attachment, user: User) -> bool:
    """Whoever added it, and whoever may archive customers."""
    is_own = attachment.added_by_id == user.pk and user.has_perm("customers.add_attachment")
    return is_own or bool(user.has_perm("customers.archive_customer"))


def clear_removed_files(*, at: datetime) -> int:
    """Delete the content of files that were removed longer ago than the bin keeps; how many went."""
    events: Any = find_event_model(Attachment)
    old = events.objects.filter(pgh_label="deleted", pgh_created_at__lt=at - KEPT_FOR).exclude(stored="")
    cleared = 0
    for pk, stored in list(old.values_list("pgh_id", "stored")[:10_000]):
        if not Attachment.objects.filter(stored=stored).exists():
            default_storage.delete(stored)
            cleared += 1
        events.objects.filter(pgh_id=pk).update(stored="")
    return cleared
