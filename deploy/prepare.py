"""Fills an empty development database and prints how to sign in.

develop.py calls it. It loads data only if there is no roundtable yet.
"""

import sys
from io import StringIO

import django
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction

django.setup()

from participants.accounts.second_factor import add_authenticator_app  # noqa: E402
from participants.models import User  # noqa: E402  models can be read only now
from roundtable.database.schema import require  # noqa: E402
from roundtable.mail.outbox import app_codes  # noqa: E402
from roundtable.models import Event  # noqa: E402

ACCOUNTS = {
    "operator@example.org": "the operator, who can correct the roundtable of 2018",
    "cochair@example.org": "a co-chair of the demonstration",
    "delegate@example.org": "a delegate of the demonstration",
}


def load_data() -> None:
    print("Loading the roundtable of 2018 and the demonstration ...", flush=True)
    with transaction.atomic():
        call_command("load_roundtable", "outcomes/fixtures/bali-process-2018.toml", verbosity=0)
        call_command("demo", verbosity=0)
        call_command("create_operator", "operator@example.org", verbosity=0)


def add_authenticator_apps() -> None:
    for user in User.objects.filter(email__in=ACCOUNTS):
        if user.is_staff:
            add_authenticator_app(user)


def print_instructions(address: str) -> None:
    print(f"\nRoundtable: {address}\n")
    existing = set(
        User.objects.filter(email__in=ACCOUNTS, is_active=True).values_list("email", flat=True)
    )
    if existing:
        print(f"Sign in at {address}accounts/login/ with one of these addresses.")
        print(f"Your sign-in code appears at {address}outbox/")
        for email, description in ACCOUNTS.items():
            if email in existing:
                print(f"  {email:22} {description}")
        print("\nThe co-chairs' desk also needs a second factor. Its code appears there too,")
        print("under “Current codes of authenticator apps”.")
        print("To use your own authenticator app, enter one of these secrets:")
        for app in app_codes(0):
            print(f"  {app.email:22} {app.secret}")
    print("\nPress Ctrl-C to stop.\n", flush=True)


def main() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False, stderr=StringIO())
        require()
        if not Event.objects.exists():
            load_data()
        add_authenticator_apps()
        call_command("clean_up_mail", clock_is_right=True, verbosity=0, stdout=StringIO())
    except OperationalError as problem:
        sys.exit(f"The database cannot be used ({str(problem).strip().splitlines()[0]}).")
    except CommandError as problem:
        sys.exit(str(problem))
    print_instructions(sys.argv[1])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
