"""Steps of a commitment, and what points and commitments have to do with texts elsewhere."""

from outcomes.models import Milestone, RelatedText
from participants.admin.base import GrantedInline


class MilestoneInline(GrantedInline):
    """Steps on the way, and when each was reached."""

    model = Milestone
    fields = [("title", "due_on", "reached_on")]


class RelatedTextInline(GrantedInline):
    """Texts elsewhere, each with its words and who says that they hang together."""

    model = RelatedText
    fields = [("kind", "title"), "url", "quote", "source"]
