"""Three customers of one colleague, for the tests of lists."""

import pytest

from tests import factories


@pytest.fixture
def three(rep):
    """Three customers of Ana's: in Aarhus, Bergen and Calais."""
    return [
        factories.make_customer(name=name, city=city, owner=rep, team=rep.team)
        for name, city in (("Alfa", "Aarhus"), ("Beta", "Bergen"), ("Gamma", "Calais"))
    ]
