"""What we know and decide: configuration and results."""

from segments.models.back_test import BackTest
from segments.models.below_zero import BelowZeroSpell
from segments.models.cluster_proposal import ClusterProposal
from segments.models.membership import Membership, Pin, SegmentChange
from segments.models.process_definition import Process, ProcessStep, ProcessVersion
from segments.models.process_misfit import ProcessMisfit
from segments.models.score import CurrentScore, ModelFit, RefreshedCustomer, ScoreRun, ScoreShard
from segments.models.segment import Segment, SegmentRule
from segments.models.segment_figures import SegmentDay, SegmentMove
from segments.models.segment_product import SegmentProduct
from segments.models.trigger import Trigger
from segments.models.value_band import Nomination, ValueBand, ValueRanking
from segments.models.value_list import BestFit, PinAnswer, WorstSign

__all__ = [
    "BackTest",
    "BelowZeroSpell",
    "BestFit",
    "ClusterProposal",
    "CurrentScore",
    "Membership",
    "ModelFit",
    "Nomination",
    "Pin",
    "PinAnswer",
    "Process",
    "ProcessMisfit",
    "ProcessStep",
    "ProcessVersion",
    "RefreshedCustomer",
    "ScoreRun",
    "ScoreShard",
    "Segment",
    "SegmentChange",
    "SegmentDay",
    "SegmentMove",
    "SegmentProduct",
    "SegmentRule",
    "Trigger",
    "ValueBand",
    "ValueRanking",
    "WorstSign",
]
