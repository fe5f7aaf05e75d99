"""The settings of the tests, with an identity provider that exists in the tests alone."""

import importlib
import os
import sys

import tests.settings

# Those of the tests have cleared the variables.
os.environ.update(
    OIDC_SERVER_URL="https://login.example.org/realm/",
    OIDC_CLIENT_ID="roundtable",
    OIDC_CLIENT_SECRET="for-tests-only",
    OIDC_NAME="Ministry login",
)
for name in ("roundtable.settings", "tests.settings"):
    importlib.reload(sys.modules[name])
vars().update({name: value for name, value in vars(tests.settings).items() if name.isupper()})
