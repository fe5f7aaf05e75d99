"""Sign-in adapters for allauth. People join by invitation only."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.accounts.account_changes import freezing_change, return_to_owner
from participants.accounts.addresses import (
    forget_address,
    is_deliverable,
    remove_sign_in_address,
    sign_in_addresses,
)
from participants.accounts.emails import hide_url_for
from participants.accounts.reauthentication import (
    recently_verified_addresses,
    require_recent_verification,
)
from participants.accounts.second_factor import SECOND_FACTOR_TYPES, has_second_factor
from participants.accounts.sessions import start_session
from participants.accounts.timing_protection import pad_account_lookup
from participants.models import AccountChange, ProviderIdentity, User
from participants.permissions import AnyUser
from roundtable.allauth_compat import clear_login, record_authentication
from roundtable.audit import log as audit
from roundtable.encryption import decrypt, encrypt
from roundtable.logs import log_security_event
from roundtable.mail.queue import cancel_emails_to, enqueue, one_time_key
from roundtable.web.limits import refuse

LOGIN_CODE_TEMPLATE = "account/email/login_code"
CODE_SENT_TEMPLATE = "account/messages/login_code_sent.txt"
NEW_CODES_TEMPLATE = "mfa/messages/recovery_codes_generated.txt"
NEW_CODES_URL_NAME = "mfa_generate_recovery_codes"
CONFIRM_CODE_URL_NAME = "account_confirm_login_code"
# The emails about a change, and what the log says.
CHANGES = {
    "account/email/email_confirm": "add address",
    "account/email/email_changed": "change main address",
    "account/email/email_deleted": "remove address",
    "participants/accounts/emails/provider_added": "add provider",
    "mfa/email/totp_activated": "add factor",
    "mfa/email/totp_deactivated": "remove factor",
    "mfa/email/webauthn_added": "add factor",
    "mfa/email/webauthn_removed": "remove factor",
    "mfa/email/recovery_codes_generated": "renew recovery codes",
}
ADDED_FACTORS = {
    "mfa/email/totp_activated": Authenticator.Type.TOTP,
    "mfa/email/webauthn_added": Authenticator.Type.WEBAUTHN,
}
# What allauth says when codes of a second factor were wrong too often (see ACCOUNT_RATE_LIMITS).
FACTOR_LIMIT_ERRORS = ("rate_limited", "too_many_login_attempts")
FACTOR_LIMIT_SECONDS = 5 * 60
# In the session, until someone who comes from an identity provider is signed in.
IDENTITY_KEY = "provider_identity"
# allauth passes this app name only when addresses are added, changed or removed.
ADDRESS_CHANGE_APP = "allauth.account"


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """No one can create an account without an invitation."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": gettext_lazy(
            "You already sign in with this address. Enter a different address."
        ),
        "incorrect_code": gettext_lazy("This code is not correct. Check it, then enter it again."),
        "max_email_addresses": gettext_lazy(
            "You can have at most %d addresses. Remove one, then add the new one."
        ),
        **dict.fromkeys(
            FACTOR_LIMIT_ERRORS,
            gettext_lazy("You tried too often. Wait 5 minutes, then try again."),
        ),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code in FACTOR_LIMIT_ERRORS:
            refuse(current.request, FACTOR_LIMIT_SECONDS)
        problem: ValidationError = super().validation_error(code, *args)
        return problem

    def is_safe_url(self, url: str) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # such as http://[::1
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(
        self, request: HttpRequest, user: User, *, email: str | None, **login: Any
    ) -> HttpResponse | None:
        # Reject a code that was sent to an address which the account no longer has.
        own = EmailAddress.objects.filter(user=user, verified=True)
        if email and not own.filter(email=email.lower()).exists():
            clear_login(request)
            messages.error(
                request, _("You can no longer sign in with this address. Use another address.")
            )
            return redirect("account_login")
        if not user.is_active and freezing_change(user):
            return None  # login() lets in whoever uses a factor of before
        response: HttpResponse | None = super().pre_login(request, user, email=email, **login)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        if change := freezing_change(user):
            self._return_account(request, user, change)
        super().login(request, user)
        start_session(request)
        self._keep_identity(request, user)

    def _return_account(self, request: HttpRequest, user: User, change: AccountChange) -> None:
        """Raises ImmediateHttpResponse if only an email says that this is the owner."""
        records = get_authentication_records(request, user)
        has_factor = any(row["method"] == "mfa" for row in records)
        if not (has_factor and return_to_owner(change, at=timezone.now())):
            clear_login(request)
            log_security_event("account is frozen", request, account=user.pk)
            template = "participants/accounts/frozen.html"
            raise ImmediateHttpResponse(render(request, template, {"change": change}, status=403))
        user.refresh_from_db()

    def _keep_identity(self, request: HttpRequest, user: User) -> None:
        """After the second factor, if there is one. From then on, the provider's address is not
        asked for."""
        identity = request.session.pop(IDENTITY_KEY, None)
        if not identity:
            return
        rows = EmailAddress.objects.filter(user=user, verified=True)
        address = rows.filter(pk=identity.pop("address")).first()
        if address is None:
            return
        values = {"user": user, "address": address, "connected_at": timezone.now()}
        with suppress(IntegrityError), transaction.atomic():  # finished in another browser
            ProviderIdentity.objects.create(**identity, **values)
            self.send_notification_mail("participants/accounts/emails/provider_added", user)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        earlier = sign_in_addresses(email_address.user)
        confirmed: bool = super().confirm_email(request, email_address)
        # allauth tells no one: who sits at an open window could add an address in silence.
        if confirmed:
            self._notify(earlier, "account/email/email_confirm", email_address.user)
            _log_change(self.request, email_address.user, "account/email/email_confirm")
        # The first address confirmed after a removed one becomes the main address.
        if confirmed and not is_deliverable(email_address.user.email):
            remove_sign_in_address(email_address.user, email_address.user.email)
        return confirmed

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        may_delete: bool = super().can_delete_email(email_address)
        # allauth asks this just before it deletes the address. Of an address that is not verified,
        # it is not known whose it is.
        if may_delete and email_address.verified:
            cancel_emails_to([email_address.email])
            forget_address(email_address.user, email_address.email)
        return may_delete

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account_email")

    def get_login_stages(self) -> list[str]:
        # allauth's own check of the address would send a code to a former address.
        stages: list[str] = super().get_login_stages()
        return [stage for stage in stages if not stage.endswith(".EmailVerificationStage")]

    def get_reauthentication_methods(self, user: AnyUser) -> list[dict[str, Any]]:
        # Recovery codes alone are for the day when no code arrives.
        if has_second_factor(user) or not user.is_authenticated:
            methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
            return methods
        page = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": _("A code by email"), "url": page}]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        required: bool = super().is_reauthentication_required(app=app, **more)
        # Before address changes, everyone must verify the current mailbox.
        if app == ADDRESS_CHANGE_APP:
            require_recent_verification(self.request, sign_in_addresses(self.request.user)[:1])
        if not required or has_second_factor(self.request.user):
            return required
        # allauth would ask users without a second factor for nothing, or for a recovery code.
        if not recently_verified_addresses(self.request):
            raise ReauthenticationRequired
        return False

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        _log_change(self.request, user, template_prefix)
        if kind := ADDED_FACTORS.get(template_prefix):
            self._count_as_used(user, kind)
        former = [context["deleted_email"]] if context and "deleted_email" in context else []
        self._notify([*sign_in_addresses(user), *former], template_prefix, user, context)

    def _count_as_used(self, user: User, kind: str) -> None:
        """Who adds a factor shows it, so the recovery codes and the desk do not ask once more."""
        factor = Authenticator.objects.filter(user=user, type=kind).order_by("-pk").first()
        if factor:
            record_authentication(
                self.request, user, method="mfa", type=kind, id=factor.pk, reauthenticated=True
            )

    def _notify(
        self,
        addresses: list[str],
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
    ) -> None:
        """An email to every mailbox, because one of them may be lost or in other hands."""
        for address in addresses:
            super().send_notification_mail(template_prefix, user, context, address)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        now = timezone.now()
        expires = now + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        # Queue the email, so that the response time is the same for known and unknown addresses.
        enqueue(
            dedup_key=one_time_key(),
            to=email if is_deliverable(email) else "",
            template=template_prefix,
            context={"email": email, "hide_url": hide_url_for(email.lower(), now), **context},
            at=now,
            # Do not send a code that has expired.
            send_before=expires if "code" in context else None,
        )
        current.request.has_queued_mail = True

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *rest: Any, **more: Any
    ) -> None:
        match = request.resolver_match
        if message_template == NEW_CODES_TEMPLATE and not (
            match and match.url_name == NEW_CODES_URL_NAME and has_second_factor(request.user)
        ):
            # Mostly the first codes. Their page says what they are for.
            return
        super().add_message(request, level, message_template, *rest, **more)
        if message_template != CODE_SENT_TEMPLATE or hasattr(request, "has_queued_mail"):
            return
        if match and match.url_name == CONFIRM_CODE_URL_NAME:
            pad_account_lookup(request)
        # For an unknown address, queue an email to no one, so that the work is the same.
        self.send_mail(LOGIN_CODE_TEMPLATE, "", {"code": self.generate_login_code()})


class EncryptedFactorsAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of authenticator apps and recovery codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This code is not correct. Enter the code that the app shows now."
        ),
    }

    def is_mfa_enabled(self, user: AnyUser, types: Any = None) -> bool:
        """While the account is frozen, recovery codes alone are asked for at sign-in, too."""
        is_enabled: bool = super().is_mfa_enabled(user, types)
        if is_enabled or types != SECOND_FACTOR_TYPES or not isinstance(user, User):
            return is_enabled
        return freezing_change(user) is not None and bool(super().is_mfa_enabled(user))

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)


def _log_change(request: HttpRequest, user: User, template: str) -> None:
    """Each email about a change of how someone signs in is a change."""
    if action := CHANGES.get(template):
        log_security_event(action, request, account=user.pk)
        audit.record(action=action, at=timezone.now(), actor=user, subject=user)


def account_display_name(user: User) -> str:
    return user.email
