"""The settings of a portal that was installed as an earlier release: its keys and its files.

RELEASE names the folder of the release, DATA the folder that its files were copied to.
"""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import STORAGES
from tests.upgrade.releases import keys_of

_KEYS = keys_of(os.environ["RELEASE"])
SECRET_KEY, ERASURE_KEY = _KEYS["SECRET_KEY"], _KEYS["ERASURE_KEY"]
DATA_DIR = Path(os.environ["DATA"])
ERASURE_LEDGER, SEAL_LEDGER = DATA_DIR / "erasures.log", DATA_DIR / "seals.log"
STORAGES = STORAGES | {
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "evidence"},
    }
}
