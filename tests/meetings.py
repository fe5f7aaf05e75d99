"""The roundtable at which organisations confirm, for every test of what needs two of them."""

from participants.models import Organisation, User
from tests.factories import make_event, make_government, make_holder, make_organisation


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
