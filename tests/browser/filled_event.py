"""A public roundtable with one text in every field that a page shows."""

from datetime import date

from outcomes.models import Outcome
from participants.models import Audience, EventRole
from tests.factories import (
    NOON,
    make_addressee,
    make_affiliation,
    make_channel,
    make_commitment,
    make_delegate,
    make_document,
    make_event,
    make_evidence,
    make_group,
    make_organisation,
    make_outcome,
    make_participation,
    make_party,
    make_role,
    make_series,
    make_statement,
    make_theme,
    make_update,
)


class FilledEvent:
    """A roundtable, and a delegate of it, each of whose texts begins with its name."""

    def __init__(self, text: str) -> None:
        def named(name: str, most: int = 200) -> str:
            return f"{name} {text}"[:most]

        self.named = named
        self.event = make_event(
            code="EVIL",
            slug="evil",
            title=named("title"),
            series=make_series(name=named("series")),
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 1, 1),
            summary=named("summary"),
            venue=named("venue"),
            city=named("city", 100),
            source_title=named("source"),
            source_url="https://example.org/source",
        )
        self.organisation = make_organisation(
            name=named("organisation"),
            short_name=named("short", 60),
            description=named("description"),
        )
        make_role(
            self.event,
            organisation=self.organisation,
            role=EventRole.Role.COCHAIR,
            represented_by=named("represented"),
            source_wording=named("wording"),
            source=named("said"),
        )
        make_document(self.event, title=named("document"), publisher=named("publisher"), url="")
        self._make_statement()
        self._make_commitment()

    def _make_statement(self) -> None:
        statement = make_statement(
            self.event,
            points=0,
            published=False,
            title=self.named("statement"),
            introduction=self.named("introduction"),
        )
        Outcome.objects.filter(statement=statement).update(text=self.named("leading"))
        self.point = make_outcome(
            statement,
            parent=statement.outcomes.get(),
            text=self.named("point"),
            place_in_source=self.named("place"),
        )
        self.point.themes.add(make_theme(name=self.named("theme", 120)))
        make_addressee(self.point, group=make_group(name=self.named("group", 100)))
        statement.publish(NOON)
        self.point.refresh_from_db()

    def _make_commitment(self) -> None:
        self.delegate = make_delegate(
            name=self.named("delegate"),
            name_latin=self.named("latin"),
            post=self.named("post"),
            about=self.named("about"),
            listed_to=Audience.EVERYONE,
        )
        make_affiliation(
            self.delegate, organisation=self.organisation, post=self.named("affiliation")
        )
        make_participation(self.delegate, self.event, organisation=self.organisation)
        make_channel(
            self.delegate,
            kind="other",
            value=self.named("channel"),
            audience=Audience.EVERYONE,
        )
        self.commitment = make_commitment(
            self.event,
            reference="EVIL-C1",
            text=self.named("commitment"),
            place_in_source=self.named("chapter"),
        )
        self.commitment.outcomes.add(self.point)
        party = make_party(self.commitment, organisation=self.organisation)
        party.request_focal_point(self.delegate)
        party.accept(NOON)
        update = make_update(
            self.commitment,
            party=party,
            text=self.named("update"),
            reported_on=date.today(),  # the latest report is on the first page
        )
        make_evidence(update, title=self.named("evidence"))

    def pages(self) -> dict[str, list[str]]:
        """Where the texts stand, by the address of the page."""
        point, commitment = self.point.get_absolute_url(), self.commitment.get_absolute_url()
        where = {
            "/": "series title city commitment",
            "/roundtables/": "series title city",
            self.event.get_absolute_url(): "title summary venue city source short represented"
            " statement introduction leading point organisation commitment wording said document"
            " publisher delegate latin post channel",
            "/outcomes/?event=evil": "title leading point",
            point: "leading point theme group place commitment series title",
            "/commitments/?event=evil": "commitment short delegate organisation latin channel",
            commitment: "commitment short point chapter delegate post organisation update evidence"
            " title series",
            "/organisations/?kind=civil-society": "organisation short",
            self.organisation.get_absolute_url(): "organisation short description title wording"
            " represented commitment delegate latin post",
            self.delegate.get_absolute_url(): "delegate latin post about affiliation organisation"
            " channel",
        }
        return {path: names.split() for path, names in where.items()}
