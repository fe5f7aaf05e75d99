"""Labels of the actions in the audit log, for the people whose data they concern.

The log keeps the stored words, because its seals are computed from them.
"""

import re

from django.apps import apps
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.models import Consent, HidingWay

ACTION_LABELS = {
    "accept entry": _("Entry by others accepted"),
    "accept grant": _("Grant carried over from the last roundtable accepted"),
    "accept introduction": _("Introduction accepted"),
    "accept invitation": _("Invitation accepted"),
    "adopt statement": _("Statement adopted"),
    "agree to close list of participants": _("List of participants closed"),
    "agree to join": _("Request to join a commitment agreed to, for its lead"),
    "agree to list of participants": _("Request for a list of participants approved"),
    "agree to new address": _("New sign-in address agreed to"),
    "answer circulation": _("Circulated text answered"),
    "appoint": _("Grant given on the server"),
    "approve assessment": _("Assessment checked"),
    "approve offer": _("Offer checked"),
    "approve response": _("Response checked"),
    "approve update": _("Update checked"),
    "archive organisation": _("Organisation archived"),
    "ask factor reset": _("Removal of a second factor requested"),
    "ask for changes to assessment": _("Assessment returned for changes"),
    "ask for changes to offer": _("Offer returned for changes"),
    "ask for changes to response": _("Response returned for changes"),
    "ask for changes to update": _("Update returned for changes"),
    "ask for changes": _("Update returned for changes"),
    "ask for introduction": _("Introduction requested"),
    "ask list of participants": _("List of participants requested"),
    "call off letters": _("Emails cancelled"),
    "choose audience": _("Choice of who can see something changed"),
    "circulate statement": _("Text circulated"),
    "confirm change of delegation": _("Freezing of a delegation, or its end, confirmed"),
    "confirm change of organisation": _("Change of an organisation confirmed"),
    "confirm grant": _("Grant confirmed"),
    "confirm participation": _("Participation confirmed"),
    "confirm report": _("Report that others had entered confirmed"),
    "consent given": _("Consent given"),
    "consent renewed": _("Consent renewed"),
    "consent withdrawn": _("Consent withdrawn"),
    "create operator": _("Made an operator on the server"),
    "decline grant": _("Grant carried over from the last roundtable declined"),
    "decline join": _("Request to join a commitment declined, for its lead"),
    "discard corrigendum": _("Correction of a statement deleted"),
    "dispute text": _("Text recorded in the name of a party disputed"),
    "draft corrigendum": _("Correction of a statement drafted"),
    "ask to hide": _("Hiding someone requested"),
    "empty profile": _("Profile emptied"),
    "end commitment": _("Commitment ended"),
    "end grant": _("Last day of a grant set"),
    "end introduction": _("Introduction ended"),
    "end links": _("Links in earlier emails ended"),
    "end operator": _("No longer an operator: decided on the server"),
    "end participation": _("Participation ended"),
    "erase again": _("Profile or account erased again after a backup was restored"),
    "erase": _("Profile or account erased"),
    "restore backup": _("Backup restored"),
    "export": _("Exported a list that includes the name"),
    "list holders": _("Who has rights listed on the server"),
    "list affected": _("Whose data an account read, listed on the server"),
    "fetch code": _("Code for a change of address fetched"),
    "fetch no code": _("No code for a change of address given"),
    "fetch list of participants": _("List of participants downloaded"),
    "give task back": _("Task of a focal point returned"),
    "report as member": _("Task taken to report for a member of a group"),
    "hand over grant": _("Grant transferred to another person"),
    "invite": _("Invitation sent"),
    "keep confirmations": _("Confirmations kept when two entries of an organisation were merged"),
    "leave organisation": _("Recorded by the person: left an organisation"),
    "left organisation": _("Recorded by a co-chair: left an organisation"),
    "load workbook": _("Workbook imported"),
    "start roundtable": _("Next roundtable started"),
    "undo import": _("Import undone"),
    "load file": _("Roundtable imported by a command"),
    "end sessions": _("All sessions ended by the operator"),
    "add factor": _("Second factor or passkey added"),
    "remove factor": _("Second factor or passkey removed"),
    "renew recovery codes": _("New recovery codes made"),
    "add address": _("Sign-in address added"),
    "add provider": _("Sign-in at an identity provider added"),
    "change main address": _("Another main sign-in address chosen"),
    "remove address": _("Sign-in address removed"),
    "make change of account": _("New account made on the server"),
    "make change of delegation": _("Delegation frozen or brought back"),
    "make change of organisation": _("Change of an organisation made"),
    "merge organisation": _("Organisations merged"),
    "merge person": _("Two entries for one person merged"),
    "new address": _("New sign-in address in place"),
    "not me": _("Invitation declined: it was for another person"),
    "nudge round": _("Reporting round: remaining parties asked again"),
    "open round": _("Reporting round opened"),
    "pause": _("Profile hidden"),
    "propose entry": _("Entry about you proposed"),
    "propose introduction": _("Introduction proposed"),
    "prune log": _("Old log entries deleted"),
    "publish commitment": _("Commitment published"),
    "publish corrigendum": _("Correction of a statement published"),
    "publish statement": _("Statement published"),
    "receive grant": _("Grant received from another person"),
    "refuse list of participants": _("Request for a list of participants refused"),
    "refuse report": _("Report that others had entered not confirmed"),
    "request change of account": _("Change of an account requested on the server"),
    "request change of delegation": _("Freezing of a delegation, or its end, requested"),
    "request change of organisation": _("Change of an organisation requested"),
    "remove entry": _("Entry by others removed"),
    "request grant": _("Grant requested"),
    "request invited": _("Request for an invitation approved"),
    "request new address": _("New sign-in address requested"),
    "request refused": _("Request for an invitation refused"),
    "request together": _("Request for an invitation answered with another request"),
    "make hiding code": _("Paper code made"),
    "reset factor": _("Second factor removed"),
    "restore organisation": _("Organisation restored"),
    "resume": _("Profile shown again"),
    "reveal": _("Contact details opened"),
    "review": _("Profile confirmed as correct"),
    "sign statement": _("Statement signed"),
    "compare with source": _("Text compared with its source"),
    "stop change of account": _("Change of an account stopped"),
    "stop change of delegation": _("Request about the freezing of a delegation withdrawn"),
    "stop change of organisation": _("Change of an organisation stopped"),
    "stop new address": _("New sign-in address stopped"),
    "agree to end grant": _("End of a suspended grant agreed to"),
    "end suspension of grant": _("Suspension of a grant ended after five working days"),
    "restore grant": _("Suspension of a grant ended"),
    "suspend grant": _("Grant suspended"),
    "suspend participation": _("Participation suspended"),
    "take back statement": _("Text withdrawn from circulation"),
    "take out sentence": _("Sentence of a draft deleted"),
    "undo change of account": _("Change of an account undone by a factor of before"),
    "wait for change of account": _("Change of an account waits for seven days"),
    "vcard": _("Contact card downloaded"),
    "propose commitment": _("Commitment proposed to its parties"),
    "accept commitment": _("Commitment accepted for a party"),
    "decline commitment": _("Commitment declined for a party"),
    "take back proposal": _("Proposal of a commitment withdrawn"),
    "end proposal": _("Proposal of a commitment ended without an answer"),
    "withdraw commitment": _("Commitment changed, so it is a draft again"),
    "withdraw dispute": _("Dispute of a recorded text withdrawn"),
    "withdraw nomination": _("Nomination withdrawn"),
    "write statement": _("Draft of a statement changed"),
}


def action_label(action: str) -> str:
    if action in ACTION_LABELS:
        return str(ACTION_LABELS[action])
    if match := re.fullmatch(r"change themes of (\d+) points", action):
        number = int(match[1])
        return ngettext(
            "Themes of %(number)s point changed", "Themes of %(number)s points changed", number
        ) % {"number": number}
    verb, _space, model = action.partition(" ")
    names = {row._meta.model_name: row._meta.verbose_name for row in apps.get_models()}
    if model in names:
        sentences = {
            "add": gettext("Added: %(row)s"),
            "change": gettext("Changed: %(row)s"),
            "delete": gettext("Deleted: %(row)s"),
        }
        if verb in sentences:
            return sentences[verb] % {"row": names[model]}
    return action


def detail_label(detail: str) -> str:
    """How the person did it, where the detail is one of these; else the detail as stored."""
    for ways in (Consent.By, HidingWay):
        if detail in ways.values:
            return str(ways(detail).label)
    return detail
