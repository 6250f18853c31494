"""What a colleague may do is read once for a page."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core.models import User

pytestmark = pytest.mark.django_db


def test_what_the_role_gives_and_what_was_given_to_one_person_is_held_and_nothing_else(rep):
    Permission.objects.get(codename="change_settings", content_type__app_label="core").user_set.add(rep)
    reader = User.objects.get(pk=rep.pk)
    with CaptureQueriesContext(connection) as queries:
        assert reader.has_perm("interactions.add_interaction")
        assert reader.has_perm("core.change_settings")
        assert not reader.has_perm("core.manage_users")
        assert not reader.has_perm("core.change_settings", rep)
    assert len(queries) == 1
    assert reader.get_all_permissions() == reader.get_group_permissions() | {"core.change_settings"}


def test_who_has_left_may_do_nothing(rep):
    rep.is_active = False
    rep.save()
    reader = User.objects.get(pk=rep.pk)
    assert not reader.has_perm("interactions.add_interaction")
    assert reader.get_all_permissions() == set()
