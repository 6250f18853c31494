"""What we do: talk, promise, act, run processes."""

from interactions.models.alert import Alert
from interactions.models.audience import Audience, AudienceMember
from interactions.models.below_zero_decision import BelowZeroDecision
from interactions.models.benefit import Benefit, BenefitWaiver
from interactions.models.contact_preference import ContactPreference
from interactions.models.interaction import Interaction
from interactions.models.process_run import ProcessRun, StepRun
from interactions.models.product_suggestion import ProductSuggestion
from interactions.models.promise import Promise
from interactions.models.spared_contact import SparedContact
from interactions.models.task import Task
from interactions.models.web_event import WebEvent
from interactions.models.win_back import WinBack

__all__ = [
    "Alert",
    "Audience",
    "AudienceMember",
    "BelowZeroDecision",
    "Benefit",
    "BenefitWaiver",
    "ContactPreference",
    "Interaction",
    "ProcessRun",
    "ProductSuggestion",
    "Promise",
    "SparedContact",
    "StepRun",
    "Task",
    "WebEvent",
    "WinBack",
]
