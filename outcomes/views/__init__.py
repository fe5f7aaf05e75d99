"""The pages that show what was agreed and what came of it."""

from outcomes.changes.views import (
    calendar,
    change_list,
    event_brief,
    event_brief_pdf,
    feed,
    my_following,
    stop_by_link,
)
from outcomes.commitments.progress_views import progress, progress_matrix
from outcomes.commitments.views import (
    answer_request,
    commitment_detail,
    commitment_list,
    my_commitments,
)
from outcomes.contributions.views import (
    join_commitment,
    my_answer,
    my_answers,
    my_assessment,
    my_assessments,
    my_offer,
    my_offers,
    new_offer,
)
from outcomes.reporting.views import evidence_file, report, report_by_link
from outcomes.site.views import home, organisation_detail, page, search_page
from outcomes.statements.views import (
    event_detail,
    event_list,
    my_circulation,
    my_circulations,
    outcome_detail,
    outcome_list,
    statement_text,
)

__all__ = [
    "answer_request",
    "calendar",
    "change_list",
    "commitment_detail",
    "commitment_list",
    "event_brief",
    "event_brief_pdf",
    "event_detail",
    "event_list",
    "evidence_file",
    "feed",
    "home",
    "join_commitment",
    "my_answer",
    "my_answers",
    "my_assessment",
    "my_assessments",
    "my_circulation",
    "my_circulations",
    "my_commitments",
    "my_following",
    "my_offer",
    "my_offers",
    "new_offer",
    "organisation_detail",
    "outcome_detail",
    "outcome_list",
    "page",
    "progress",
    "progress_matrix",
    "report",
    "report_by_link",
    "search_page",
    "statement_text",
    "stop_by_link",
]
