"""When a customer has a rhythm of buying, and how long a silence ends it: what tables, sums and words all ask.

Apart from the sums, because every process knows these two numbers and few ever load numpy.
"""

LEAST_PURCHASES_FOR_RHYTHM = 3
"""Purchase days: two make a single gap, which says nothing of what is usual."""
LONG_GONE_DAYS = 365
"""Days of silence: of so long a one nothing is learnt and nothing shown is bent."""
