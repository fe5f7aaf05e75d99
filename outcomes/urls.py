"""Addresses of what was agreed and what came of it."""

from django.urls import path, register_converter

from outcomes import views
from outcomes.references import NUMBER, REFERENCE, any_case


class NumberConverter:
    """The number of a lead-in or point, such as 1 or 1.a, in any case."""

    regex = any_case(NUMBER)

    def to_python(self, value: str) -> str:
        """As it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands in the statement."""
        return value


class ReferenceConverter(NumberConverter):
    """The reference of a commitment, such as bp2018-c1, in any case."""

    regex = any_case(REFERENCE)


register_converter(NumberConverter, "number")
register_converter(ReferenceConverter, "reference")

# What can be followed, and where; each in every format.
FOLLOWED = {
    "event": "roundtables/<slug:slug>",
    "theme": "themes/<slug:slug>",
    "organisation": "organisations/<slug:slug>",
    "outcome": "outcomes/<slug:slug>/<number:number>",
    "commitment": "commitments/<reference:reference>",
}

urlpatterns = [
    path("", views.home, name="home"),
    path("roundtables/", views.event_list, name="event-list"),
    path("roundtables/<slug:slug>/", views.event_detail, name="event-detail"),
    path("roundtables/<slug:slug>/brief/", views.event_brief, name="event-brief"),
    path("roundtables/<slug:slug>/brief.pdf", views.event_brief_pdf, name="event-brief-pdf"),
    path("roundtables/<slug:slug>/statement.txt", views.statement_text, name="statement-text"),
    path(
        "roundtables/<slug:slug>/statement-<int:number>.txt",
        views.statement_text,
        name="statement-version",
    ),
    path("outcomes/", views.outcome_list, name="outcome-list"),
    path("outcomes/<slug:slug>/<number:number>/", views.outcome_detail, name="outcome-detail"),
    path("commitments/", views.commitment_list, name="commitment-list"),
    path("commitments/<reference:reference>/", views.commitment_detail, name="commitment-detail"),
    path("evidence/<slug:key>/", views.evidence_file, name="evidence-file"),
    path("progress/", views.progress, name="progress"),
    path("progress/matrix/", views.progress_matrix, name="progress-matrix"),
    path("changes/", views.change_list, name="change-list"),
    path("organisations/<slug:slug>/", views.organisation_detail, name="organisation-detail"),
    path("feed.atom", views.feed, name="feed"),
    path("calendar.ics", views.calendar, name="calendar"),
    *(
        path(f"{route}.{ending}", view, {"kind": kind}, name=f"{kind}-{name}")
        for kind, route in FOLLOWED.items()
        for name, ending, view in (
            ("feed", "atom", views.feed),
            ("calendar", "ics", views.calendar),
        )
    ),
    path("search/", views.search_page, name="search"),
    path("me/commitments/", views.my_commitments, name="my-commitments"),
    path("me/commitments/<int:number>/", views.answer_request, name="answer-request"),
    path("me/answers/", views.my_answers, name="my-answers"),
    path("me/answers/<slug:slug>/<number:number>/", views.my_answer, name="my-answer"),
    path("me/texts/", views.my_circulations, name="my-circulations"),
    path("me/texts/<int:number>/", views.my_circulation, name="my-circulation"),
    path("me/offers/", views.my_offers, name="my-offers"),
    path("me/offers/<int:number>/", views.my_offer, name="my-offer"),
    path("me/offers/new/<slug:slug>/<number:number>/", views.new_offer, name="new-offer"),
    path("me/offers/join/<reference:reference>/", views.join_commitment, name="join-commitment"),
    path("me/assessments/", views.my_assessments, name="my-assessments"),
    path("me/assessments/<reference:reference>/", views.my_assessment, name="my-assessment"),
    path("me/commitments/<int:number>/report/", views.report, name="report"),
    path("report/<str:token>/", views.report_by_link, name="report-by-link"),
    path("me/following/", views.my_following, name="my-following"),
    path("following/<str:token>/", views.stop_by_link, name="stop-by-link"),
    path("about/", views.page, {"template": "about.html"}, name="about"),
    path("accessibility/", views.page, {"template": "accessibility.html"}, name="accessibility"),
    path("privacy/", views.page, {"template": "privacy.html"}, name="privacy"),
]
