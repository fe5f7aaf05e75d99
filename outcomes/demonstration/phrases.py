"""What made-up parties report, by status, and what they rest it on."""

from outcomes.models import Status

REPORTS = {
    Status.PLANNING: [
        "A working group was named. It meets for the first time next month.",
        "The plan is written and waits for the budget of next year.",
        "We asked three organisations how they would do it, and will choose one in spring.",
        "Two colleagues were given time for this. The plan follows in eight weeks.",
        "Workers told us what they need. We are writing the terms of reference.",
        "The ministry of finance has to agree first; we expect its answer in the new year.",
    ],
    Status.IN_PROGRESS: [
        "The first {n} people took part. Half of them were women.",
        "A trial in one province ended well. Two more provinces start this quarter.",
        "The text is written and is being translated.",
        "{n} requests came in during the first six months; most were answered within a week.",
        "The first step is done. The second is late, because the interpreters had to be found.",
        "Partners agreed on who does what, and work has begun.",
        "The draft was tried with {n} workers. They asked for shorter sentences and larger print.",
        "Half is done. We changed the order after survivors advised us to.",
    ],
    Status.FULFILLED: [
        "Done. {n} people have used it so far, and it goes on.",
        "Finished. The rules are in force and published.",
        "Completed with some delay. An outside reviewer has confirmed it.",
        "All parts are in place. We go on reporting figures once a year.",
        "It is in daily use in {n} offices.",
    ],
    Status.CLOSED: [
        "We stopped: the money went to flood relief. What was learnt is written down.",
        "The law did not change in time, and the project ended without its result.",
        "Our partner closed its office. We could not do this alone.",
    ],
    Status.SUPERSEDED: [
        "A wider programme of the region has taken this over.",
        "This is now part of the yearly report on commitments, and is no longer followed here.",
        "A later agreement goes further and replaces it.",
    ],
}

# What has been written and is not shown yet.
UNAPPROVED = [
    "We are collecting the figures of the last quarter.",
    "The newest numbers came in: {n} people. Please check before this is shown.",
    "The evaluation has begun. Its first results are encouraging.",
    "Nearly done; our partner has still to send its part.",
]

EVIDENCE = [
    "Press release",
    "Report on the trial",
    "Official notice",
    "Minutes of the working group",
    "Leaflet in six languages",
    "Evaluation by an outside reviewer",
    "Course material",
    "Figures of the year",
]

# Why a made-up commitment ends without being fulfilled.
REASONS = {
    Status.CLOSED: "The budget was given to another programme, and no other was found.",
    Status.SUPERSEDED: "A later plan of the same ministry goes further and takes its place.",
}
ASKED_TO_CHANGE = "Please say how many people took part, and in which year."
