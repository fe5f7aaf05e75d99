"""URLs of the public pages and of personal pages."""

from django.urls import path, register_converter

from outcomes.api import api
from outcomes.changes import views as changes
from outcomes.commitments import progress_views, proposal_views
from outcomes.commitments import views as commitments
from outcomes.contributions import views as contributions
from outcomes.duplicates import views as duplicates
from outcomes.exports import views as exports
from outcomes.exports.formats import FORMATS
from outcomes.exports.packages import PACKAGES
from outcomes.models.references import NUMBER_PATTERN, REFERENCE_PATTERN, case_insensitive
from outcomes.reporting import views as reporting
from outcomes.search import views as search
from outcomes.site import views as site
from outcomes.statements import views as statements
from participants.email_links.views import open_email_link
from participants.models import EmailLink


class NumberConverter:
    """The number of a lead-in or point, such as 1 or 1.a, in any case."""

    regex = case_insensitive(NUMBER_PATTERN)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ReferenceConverter(NumberConverter):
    """The reference of a commitment, such as bp2018-c1, in any case."""

    regex = case_insensitive(REFERENCE_PATTERN)


class FileEndingConverter(NumberConverter):
    """The format of a file with rows of a table."""

    regex = "|".join(FORMATS)


class PackageEndingConverter(NumberConverter):
    """The format of a file with all tables."""

    regex = "|".join(PACKAGES)


register_converter(FileEndingConverter, "file_ending")
register_converter(PackageEndingConverter, "package_ending")
register_converter(NumberConverter, "number")
register_converter(ReferenceConverter, "reference")

# Pages that people can follow; each has a feed and a calendar.
SUBSCRIPTION_PATHS = {
    "event": "roundtables/<slug:slug>",
    "theme": "themes/<slug:slug>",
    "organisation": "organisations/<slug:slug>",
    "outcome": "outcomes/<slug:slug>/<number:number>",
    "commitment": "commitments/<reference:reference>",
}

# Each file has the address of its page, with another ending.
LIST_FILES = {
    "event": "roundtables",
    "outcome": "outcomes",
    "commitment": "commitments",
    "report": "reports",
    "response": "responses",
    "organisation": "organisations",
}
TEXT_FILES = {"commitment": "reports", "outcome": "responses"}

urlpatterns = [
    path("", site.home, name="home"),
    path("roundtables/", statements.event_list, name="event-list"),
    path("roundtables/<slug:slug>/", statements.event_detail, name="event-detail"),
    path("roundtables/<slug:slug>/brief/", changes.event_brief, name="event-brief"),
    path("roundtables/<slug:slug>/brief.pdf", changes.event_brief_pdf, name="event-brief-pdf"),
    path("roundtables/<slug:slug>/statement.txt", statements.statement_text, name="statement-text"),
    path(
        "roundtables/<slug:slug>/statement-<bounded_int:number>.txt",
        statements.statement_text,
        name="statement-version",
    ),
    path("outcomes/", statements.outcome_list, name="outcome-list"),
    path("outcomes/<slug:slug>/<number:number>/", statements.outcome_detail, name="outcome-detail"),
    path("commitments/", commitments.commitment_list, name="commitment-list"),
    path(
        "commitments/<reference:reference>/",
        commitments.commitment_detail,
        name="commitment-detail",
    ),
    path(
        "proposals/<bounded_int:number>/", proposal_views.proposal_by_link, name="proposal-by-link"
    ),
    path("evidence/<slug:key>/", reporting.evidence_file, name="evidence-file"),
    path("progress/", progress_views.progress, name="progress"),
    path("progress/matrix/", progress_views.progress_matrix, name="progress-matrix"),
    path("changes/", changes.change_list, name="change-list"),
    path("organisations/<slug:slug>/", site.organisation_detail, name="organisation-detail"),
    path("follow/", changes.follow, name="follow"),
    path("feed.atom", changes.feed, name="feed"),
    path("calendar.ics", changes.calendar, name="calendar"),
    *(
        path(f"{route}.{ending}", view, {"kind": kind}, name=f"{kind}-{name}")
        for kind, route in SUBSCRIPTION_PATHS.items()
        for name, ending, view in (
            ("feed", "atom", changes.feed),
            ("calendar", "ics", changes.calendar),
        )
    ),
    *(
        path(f"{route}.<file_ending:ending>", exports.list_file, {"kind": kind}, f"{kind}-file")
        for kind, route in LIST_FILES.items()
    ),
    *(
        path(f"{LIST_FILES[kind]}.ics", exports.list_calendar, {"kind": kind}, f"{kind}-dates")
        for kind in ("event", "commitment")
    ),
    path("commitments.atom", exports.list_feed, name="commitment-changes"),
    *(
        path(
            f"{SUBSCRIPTION_PATHS[kind]}.<file_ending:ending>",
            exports.record_file,
            {"kind": kind},
            f"{kind}-record",
        )
        for kind in ("event", "organisation", "outcome", "commitment")
    ),
    *(
        path(
            f"{SUBSCRIPTION_PATHS[kind]}/{name}.<file_ending:ending>",
            exports.file_about_record,
            {"kind": kind},
            f"{kind}-{name}",
        )
        for kind, name in TEXT_FILES.items()
    ),
    *(
        path(f"{SUBSCRIPTION_PATHS[kind]}.bib", exports.bibtex, {"kind": kind}, f"{kind}-bibtex")
        for kind in ("event", "outcome", "commitment")
    ),
    path("roundtables/<slug:slug>.png", exports.event_image, name="event-image"),
    path(
        "commitments/<reference:reference>.png", exports.commitment_image, name="commitment-image"
    ),
    path("sitemap.xml", site.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", site.sitemap_section, name="sitemap-section"),
    path("api/v1/", api.urls()),
    path("data/", exports.data, name="data"),
    path("data/roundtable.<package_ending:ending>", exports.data_package, name="data-package"),
    path("search/", search.search_page, name="search"),
    path("me/commitments/", commitments.my_commitments, name="my-commitments"),
    path("me/calendar/", changes.my_calendar, name="my-calendar"),
    path("my-calendar/<str:key>.ics", changes.calendar_at_secret_address, name="secret-calendar"),
    path(
        "me/commitments/<bounded_int:number>/",
        commitments.answer_focal_point_request,
        name="focal-point-request",
    ),
    path(
        "me/commitments/<bounded_int:number>/recorded/",
        commitments.recorded_texts,
        name="recorded-texts",
    ),
    path(
        "me/commitments/<reference:reference>/for/<slug:slug>/",
        commitments.report_as_member,
        name="report-as-member",
    ),
    path(
        "me/commitments/<bounded_int:number>/proposal/",
        proposal_views.my_proposal,
        name="my-proposal",
    ),
    path(
        "me/commitments/joins/<bounded_int:number>/",
        contributions.join_request,
        name="join-request",
    ),
    path("me/entries/<slug:key>/merge/", duplicates.answer_merge, name="answer-merge"),
    path("me/answers/", contributions.my_responses, name="my-responses"),
    path("me/answers/<slug:slug>/<number:number>/", contributions.my_response, name="my-response"),
    path("me/texts/", statements.my_circulations, name="my-circulations"),
    path("me/texts/<bounded_int:number>/", statements.my_circulation, name="my-circulation"),
    path("me/offers/", contributions.my_offers, name="my-offers"),
    path("me/offers/<bounded_int:number>/", contributions.my_offer, name="my-offer"),
    path(
        "me/offers/new/<slug:slug>/", contributions.new_statement_offer, name="new-statement-offer"
    ),
    path("me/offers/new/<slug:slug>/<number:number>/", contributions.new_offer, name="new-offer"),
    path(
        "me/offers/join/<reference:reference>/",
        contributions.join_commitment,
        name="join-commitment",
    ),
    path("me/assessments/", contributions.my_assessments, name="my-assessments"),
    path(
        "me/assessments/<reference:reference>/", contributions.my_assessment, name="my-assessment"
    ),
    path("me/commitments/<bounded_int:number>/report/", reporting.report, name="report"),
    path("report/<bounded_int:number>/", reporting.report_by_link, name="report-by-link"),
    path("me/following/", changes.my_subscriptions, name="my-subscriptions"),
    path(
        "following/<bounded_int:number>/", changes.unsubscribe_by_link, name="unsubscribe-by-link"
    ),
    # Links in emails of release 0.1.0.
    path(
        "report/<str:key>/",
        open_email_link,
        {"former": EmailLink.Purpose.REPORT},
        name="former-report-link",
    ),
    path(
        "following/<str:key>/",
        open_email_link,
        {"former": EmailLink.Purpose.UNSUBSCRIBE},
        name="former-unsubscribe-link",
    ),
    path("about/", site.static_page, {"template": "outcomes/site/about.html"}, name="about"),
    path(
        "accessibility/",
        site.static_page,
        {"template": "outcomes/site/accessibility.html"},
        name="accessibility",
    ),
    path("privacy/", site.privacy, name="privacy"),
]
