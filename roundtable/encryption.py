"""Sealing what is a secret even to whoever reads the database: the key is not in it."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Nothing else is ever derived from SECRET_KEY with these words.
_PURPOSE = b"roundtable.encryption"


class DecryptionError(ValidationError):
    """What was sealed with a key that is here no longer, or was changed, or never sealed."""

    # A page that counts what is sealed shows none, rather than nothing at all.
    silent_variable_failure = True


def encrypt(plaintext: str) -> str:
    """The text as it may stand in the database."""
    return _cipher().encrypt(plaintext.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """The text that was sealed, by SECRET_KEY or one of SECRET_KEY_FALLBACKS.

    Raises CannotOpenError, with a sentence for the person, where none of them opens it.
    """
    try:
        return _cipher().decrypt(ciphertext.encode()).decode()
    except InvalidToken as problem:
        raise DecryptionError(
            _("Your second factor cannot be checked any more. Ask a co-chair to take it off.")
        ) from problem


def _cipher() -> MultiFernet:
    return MultiFernet(
        [_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
