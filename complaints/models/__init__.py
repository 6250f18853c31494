"""Complaints, and what is learnt from them."""

from complaints.models.article import Article
from complaints.models.complaint import ClosingAttempt, Complaint, ComplaintEntry, Escalation, GoodwillGrant

__all__ = ["Article", "ClosingAttempt", "Complaint", "ComplaintEntry", "Escalation", "GoodwillGrant"]
