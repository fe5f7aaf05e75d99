"""The roundtable at which organisations confirm, for every test of what needs two of them."""

from datetime import datetime, timedelta

from participants.models import Grant, Organisation, Participation, User
from participants.participation.confirmation import ask_for
from tests.factories import (
    make_delegate,
    make_event,
    make_government,
    make_holder,
    make_letter,
    make_organisation,
    make_participation,
)
from tests.sign_in import add_authenticator


class Meeting:
    """Two co-chairs of governments, and such others as a test needs."""

    cohost: User
    confirmer: User  # for civil society

    def __init__(self, *others: str) -> None:
        self.event = make_event(code="RT", slug="rt", title="Roundtable")
        self.indonesia, self.australia = make_government("ID"), make_government("AU")
        self.office = make_organisation(name="Office", slug="office", kind="agency")
        self.network = make_organisation(name="Network", kind="civil-society")
        self.first = self.holder("cochair", self.indonesia, "first@example.org")
        self.second = self.holder("cochair", self.australia, "second@example.org")
        for role, organisation in (("cohost", self.office), ("confirmer", self.network)):
            if role in others:
                setattr(self, role, self.holder(role, organisation, f"{role}@example.org"))

    def holder(self, role: str, organisation: Organisation, email: str = "") -> User:
        return make_holder(self.event, email, role=role, on_behalf_of=organisation)


class SecondMeeting(Meeting):
    """The last roundtable, and the next one in half a year, which has no rights yet."""

    def __init__(self, at: datetime) -> None:
        super().__init__("confirmer")
        Grant.objects.filter(event=self.event).update(granted_at=at - timedelta(days=60))
        self.next = make_event(
            code="NEXT",
            series=self.event.series,
            title="Next",
            starts_on=at.date() + timedelta(days=183),
            ends_on=at.date() + timedelta(days=184),
            is_public=False,
        )
        are_old(at)
        for user in (self.first, self.second, self.confirmer):
            add_authenticator(user)


class Delegations(Meeting):
    """Twelve organisations that named five people each, in a letter; one is new on record."""

    def __init__(self, at: datetime) -> None:
        super().__init__("confirmer")
        are_old(at)
        for number in range(12):
            organisation = make_organisation(name=f"Network {number}", kind="civil-society")
            if number < 11:
                are_old(at)
            letter = make_letter(self.event, organisation=organisation)
            rows: list[Participation] = [
                make_participation(
                    make_delegate(name=f"Person {number} {place}"),
                    self.event,
                    confirmed=False,
                    entered_at=at,
                    organisation=organisation,
                    letter=letter,
                    nomination=f"Line {place}",
                )
                for place in range(5)
            ]
            ask_for(rows, by=None, at=at)


def are_old(at: datetime) -> None:
    """All organisations that are on record now."""
    Organisation.history.update(history_date=at - timedelta(days=60))
