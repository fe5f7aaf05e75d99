"""How a text is agreed: circulated, met with silence or an objection, signed, corrected."""

from outcomes.agreeing.circulating import answer, circulate, said_so_far, take_back
from outcomes.agreeing.correcting import discard, draft_corrigendum, publish_corrigendum
from outcomes.agreeing.reminding import remind_of_circulations
from outcomes.agreeing.signing import hold, key_of, keys, publish_signed, sign, to_sign
from outcomes.agreeing.texts import Agreed, current, in_agreement, settled_circulation

__all__ = [
    "Agreed",
    "answer",
    "circulate",
    "current",
    "discard",
    "draft_corrigendum",
    "hold",
    "in_agreement",
    "key_of",
    "keys",
    "publish_corrigendum",
    "publish_signed",
    "remind_of_circulations",
    "said_so_far",
    "settled_circulation",
    "sign",
    "take_back",
    "to_sign",
]
