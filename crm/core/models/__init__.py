"""People, teams, settings and jobs: what every app stands on."""

from crm.core.models.absence import Absence
from crm.core.models.business_setting import BusinessSetting
from crm.core.models.job_run import JobRun
from crm.core.models.team import Team
from crm.core.models.user import Role, User

__all__ = ["Absence", "BusinessSetting", "JobRun", "Role", "Team", "User"]
