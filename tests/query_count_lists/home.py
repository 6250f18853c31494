"""The lists of ``home``."""

from tests.query_count_lists import ListPage

LISTS: list[ListPage] = []
