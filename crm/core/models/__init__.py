"""People, teams, settings and jobs: what every app stands on."""

from crm.core.models.absence import Absence
from crm.core.models.access_token import AccessToken
from crm.core.models.bulk_act import BulkAct, BulkRow
from crm.core.models.business_setting import BusinessSetting
from crm.core.models.job_run import JobRun
from crm.core.models.resting_index import RestingIndex
from crm.core.models.saved_view import ListColumns, SavedView
from crm.core.models.team import Team
from crm.core.models.user import Role, User

__all__ = [
    "Absence",
    "AccessToken",
    "BulkAct",
    "BulkRow",
    "BusinessSetting",
    "JobRun",
    "ListColumns",
    "RestingIndex",
    "Role",
    "SavedView",
    "Team",
    "User",
]
