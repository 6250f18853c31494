"""The lists of ``customers``."""

from tests.query_count_lists import ListPage

LISTS: list[ListPage] = []
