"""The lists of ``core``."""

from tests.query_count_lists import ListPage

LISTS: list[ListPage] = []
