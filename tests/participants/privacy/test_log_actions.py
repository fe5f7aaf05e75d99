"""Each action that the code writes to the audit log has a label for the person it concerns."""

import ast
from itertools import product

from participants.privacy.personal_data.log_actions import action_label, detail_label
from tests.conftest import ROOT

WRITERS = ("record", "_record", "record_act", "_log_list_action", "_decide")
# Put together from a word and a name. What each name can be is written out here.
COMPOSED = {
    *(f"consent {word}" for word in ("given", "renewed", "withdrawn")),
    *(f"request {word}" for word in ("invited", "refused", "together")),
    *(f"{word} list of participants" for word in ("agree to", "refuse")),
    *map(
        " ".join,
        product(("approve", "ask for changes to"), ("update", "response", "offer", "assessment")),
    ),
    *map(" ".join, product(("add", "change", "delete"), ("participation", "introduction"))),
    *("erase", "erase again", "hand over grant", "receive grant", "reveal", "vcard", "export"),
    *("change themes of 1 points", "prune log"),
}


def written_actions() -> set[str]:
    found = set()
    for app in ("participants", "outcomes", "roundtable"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in WRITERS:
                    given = [word.value for word in node.keywords if word.arg == "action"]
                    given += [] if called in ("record", "_decide") else node.args[:1]
                    found |= {str(arg.value) for arg in given if isinstance(arg, ast.Constant)}
    return found


def test_each_action_has_a_label() -> None:
    found = written_actions()
    assert {"pause", "ask for introduction", "sign statement", "end commitment"} < found
    assert [name for name in found | COMPOSED if not action_label(name)[0].isupper()] == []


def test_labels_are_for_readers() -> None:
    assert action_label("pause") == "Profile hidden"
    assert action_label("consent given") == "Consent given"
    assert action_label("change themes of 12 points") == "Themes of 12 points changed"
    assert action_label("delete participation") == "Deleted: participation"
    assert action_label("an action of an earlier release") == "an action of an earlier release"
    assert detail_label("link") == "You, with the link in an email"
    assert detail_label("RT2024") == "RT2024"
