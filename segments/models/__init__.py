"""What we know and decide: configuration and results."""

from segments.models.membership import Membership, Pin, SegmentChange
from segments.models.process_definition import Process, ProcessStep, ProcessVersion
from segments.models.score import CurrentScore, ModelFit, ScoreRun, ScoreShard
from segments.models.segment import Segment, SegmentRule
from segments.models.segment_figures import SegmentDay, SegmentMove
from segments.models.trigger import Trigger

__all__ = [
    "CurrentScore",
    "Membership",
    "ModelFit",
    "Pin",
    "Process",
    "ProcessStep",
    "ProcessVersion",
    "ScoreRun",
    "ScoreShard",
    "Segment",
    "SegmentChange",
    "SegmentDay",
    "SegmentMove",
    "SegmentRule",
    "Trigger",
]
