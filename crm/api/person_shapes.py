"""People, and the ways to reach somebody, as they are told and sent."""

from datetime import date, datetime

from ninja import Schema
from pydantic import Field

from crm.api.customer_shapes import PointTold
from crm.api.shapes import Day, Flag, Key, Listed, Sent

MOST_POINTS = 20


class PersonTold(Schema):
    """Somebody at a customer. Who moved has a record at each customer; the old one keeps the day he left."""

    id: int
    customer: str = Field(description="The number of the customer.")
    name: str
    job_title: str
    seniority: str = Field(description="`owner`, `head`, `specialist`, `assistant` or empty.")
    influence: str = Field(description="`decides`, `influences`, `uses`, `pays` or empty.")
    language: str
    is_main: bool
    left_on: date | None
    moved_from_id: int | None = Field(description="His record at the customer he came from, where you see it.")
    changed_at: datetime
    contact_points: list[PointTold]


class PersonPage(Listed):
    """People by id, or by when they were changed."""

    items: list[PersonTold]
    next_changed_since: datetime | None = Field(
        None, description="With `changed_since`: what to ask with next time. Keep that of the first page."
    )


class PersonWords(Sent):
    """What is said of a person; what is not sent stays as it is."""

    job_title: str = Field("", max_length=150)
    seniority: str = Field("", description="`owner`, `head`, `specialist`, `assistant` or empty.")
    influence: str = Field("", description="`decides`, `influences`, `uses`, `pays` or empty.")
    language: str = Field("", max_length=10)
    is_main: Flag = Field(default=False, description="The main contact; whoever was it before is no longer.")


class PointOfPerson(Sent):
    """A first number or address of a new person."""

    kind: str = Field(description="`phone`, `email` or `web`.")
    value: str = Field(min_length=1, max_length=254)


class NewPerson(PersonWords):
    """Somebody who works at a customer."""

    customer: str = Field(min_length=1, max_length=40, description="The number of the customer.")
    name: str = Field(min_length=1, max_length=200)
    contact_points: list[PointOfPerson] = Field([], max_length=MOST_POINTS)
    another: Flag = Field(default=False, description="He is another one than whoever has the same name there.")


class PersonChange(PersonWords):
    """What to change of a person."""

    name: str = Field("", min_length=1, max_length=200)
    left_on: Day | None = Field(
        None, description="Since when he no longer works there; his post becomes a task. null: he never left."
    )


class PersonMove(Sent):
    """Where somebody works now."""

    to: str = Field(min_length=1, max_length=40, description="The number of the customer.")
    on: Day | None = Field(None, description="Since when. Not given: today.")
    job_title: str = Field("", max_length=150, description="His job there.")
    keeps: list[Key] = Field([], max_length=100, description="Ids of the contact points that go with him.")


class PointHeld(PointTold):
    """A way to reach a customer or one of its people."""

    customer: str = Field(description="The number of the customer.")
    person_id: int | None = Field(description="Whose it is; null: the customer's own.")


class NewPoint(PointOfPerson):
    """A way to reach a customer, or one of its people."""

    customer: str = Field(min_length=1, max_length=40, description="The number of the customer.")
    person_id: Key | None = None
    is_valid: Flag = True
    proven_on: Day | None = Field(None, description="When it last reached somebody.")


class PointChange(Sent):
    """What to change of a number or address."""

    kind: str = "phone"
    value: str = Field("", min_length=1, max_length=254)
    person_id: Key | None = None
    is_valid: Flag = True
    proven_on: Day | None = None
