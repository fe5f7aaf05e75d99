"""What people see in a real browser."""

import os
import shutil

# Without windows it takes half the time; where it is absent, the browser that people use.
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or ""
)
