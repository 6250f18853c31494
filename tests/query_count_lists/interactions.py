"""The lists of ``interactions``."""

from tests.query_count_lists import ListPage

LISTS: list[ListPage] = []
