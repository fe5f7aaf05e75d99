"""Texts of the demonstration: reports, responses, assessments and evidence titles."""

from outcomes.models import Assessment, ImplementationStatus, RelatedText, Response

REPORT_TEXTS = {
    ImplementationStatus.PLANNING: [
        "A working group was set up. It meets for the first time next month.",
        "The plan is written and waits for the budget of next year.",
        "We asked three organisations how they would do it, and will choose one in spring.",
        "Two colleagues were given time for this. The plan follows in eight weeks.",
        "Workers told us what they need. We are writing the terms of reference.",
        "The ministry of finance has to agree first; we expect its answer in the new year.",
    ],
    ImplementationStatus.IN_PROGRESS: [
        "The first {n} people took part. Half of them were women.",
        "A trial in one province ended well. Two more provinces start this quarter.",
        "The text is written and is being translated.",
        "{n} requests came in during the first six months; most were answered within a week.",
        "The first step is done. The second is late, because the interpreters had to be found.",
        "Partners agreed on who does what, and work has begun.",
        "The draft was tested with {n} workers. They asked for shorter sentences and larger print.",
        "Half is done. We changed the order after survivors advised us to.",
    ],
    ImplementationStatus.FULFILLED: [
        "Done. {n} people have used it so far, and it continues.",
        "Finished. The rules are in force and published.",
        "Completed with some delay. An outside reviewer has confirmed it.",
        "All parts are in place. We continue to report figures once a year.",
        "It is in daily use in {n} offices.",
    ],
    ImplementationStatus.CLOSED: [
        "We stopped: the money went to flood relief. We wrote down what we learnt.",
        "The law did not change in time, and the project ended without its result.",
        "Our partner closed its office. We could not do this alone.",
    ],
    ImplementationStatus.SUPERSEDED: [
        "A wider regional programme has taken this over.",
        "This is now part of the yearly report on commitments, and is no longer tracked here.",
        "A later agreement goes further and replaces it.",
    ],
}

# Reports that are not public yet.
PENDING_REPORT_TEXTS = [
    "We are collecting the figures of the last quarter.",
    "The newest number is {n} people. Please check before this is published.",
    "The evaluation has begun. Its first results are encouraging.",
    "Nearly done; our partner still has to send its part.",
]

EVIDENCE_TITLES = [
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
END_REASONS = {
    ImplementationStatus.CLOSED: ("The budget went to another programme, and we found no other."),
    ImplementationStatus.SUPERSEDED: (
        "A later plan of the same ministry goes further and replaces this."
    ),
}
CHANGE_REQUEST_NOTE = "Please say how many people took part, and in which year."

OBSTACLES = [
    "Interpreters for two of the languages are hard to find.",
    "The money for next year has not been agreed.",
    "Two of our partners wait for the new law.",
]
NEXT_STEPS = [
    "The next province starts within three months.",
    "We publish the first figures before the end of the year.",
    "An outside reviewer looks at it in spring.",
]

RESPONSE_TEXTS = {
    Response.Stance.SUPPORTED: [
        "We agree, and have begun.",
        "This is in our plan for the next three years.",
        "We support this. A law of last year asks for the same.",
    ],
    Response.Stance.IN_PART: [
        "We agree for workers with a contract; for others we need a law first.",
        "We can do this in the capital now, and elsewhere once we have offices there.",
    ],
    Response.Stance.NOTED: [
        "Our ministry cannot decide this. We passed it on.",
        "We do not do this today, and will look at it again next year.",
    ],
}

ASSESSMENT_TEXTS = {
    Assessment.Finding.NO_EVIDENCE: [
        "We asked three times and were shown nothing that we could check.",
    ],
    Assessment.Finding.NOT_STARTED: [
        "Of the offices that we visited, none had heard of it.",
        "A plan exists. We found no one who works on it.",
    ],
    Assessment.Finding.LIMITED: [
        "It works in two of nine places that we visited, and only on weekdays.",
        "The rule is published. The people it is for do not know it.",
    ],
    Assessment.Finding.SUBSTANTIAL: [
        "Most of what was promised is in place. Complaints are still answered late.",
        "We spoke with users in six districts; five found it helpful.",
    ],
    Assessment.Finding.COMPLETE: [
        "We checked each part, and all of them are there.",
        "All reported figures agree with what we counted.",
    ],
}

MILESTONE_TITLES = [
    "A plan with its costs is published",
    "The first office tests it",
    "The people it is for say what to change",
]

# Number of a point or reference of a commitment, kind of relation, title, address, quotation and
# source of the related text.
RELATED_TEXTS = [
    (
        "2.c",
        RelatedText.Kind.DERIVES_FROM,
        "Sustainable Development Goal 8, target 8.7",
        "https://sdgs.un.org/goals/goal8",
        "Take immediate and effective measures to eradicate forced labour, end modern slavery and "
        "human trafficking and secure the prohibition and elimination of the worst forms of child "
        "labour, including recruitment and use of child soldiers, and by 2025 end child labour in "
        "all its forms",
        "Put together for this demonstration",
    ),
    (
        "DEMO23-C9",
        RelatedText.Kind.IMPLEMENTS,
        "A made-up plan of a working group",
        "https://example.org/plan",
        "Two hundred officers learn to read accounts by March 2025.",
        "Made up for this demonstration",
    ),
    (
        "DEMO23-C1",
        RelatedText.Kind.REPORTS_ON,
        "A made-up yearly report",
        "https://example.org/yearly-report",
        "The list of fees is read in nine languages, most often on telephones.",
        "Made up for this demonstration",
    ),
]
