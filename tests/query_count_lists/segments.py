"""The lists of ``segments``."""

from tests.query_count_lists import ListPage

LISTS: list[ListPage] = []
