"""The lists of ``complaints``."""

from tests.query_count_lists import ListPage

LISTS: list[ListPage] = []
