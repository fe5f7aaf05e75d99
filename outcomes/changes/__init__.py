"""What changed in public, newest first, as plain values.

It names organisations, never who typed or approved something, and holds nothing that is not public
today.
"""

from outcomes.changes.log import Log, changes, log
from outcomes.changes.scope import About
from outcomes.changes.values import Change, Kind

__all__ = ["About", "Change", "Kind", "Log", "changes", "log"]
