"""Encrypts secrets, so that access to the database alone is not enough to read them."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Do not use these words to derive any other key from SECRET_KEY.
_PURPOSE = b"roundtable.encryption"


class DecryptionError(ValidationError):
    """The text was changed, never encrypted, or encrypted with a key that we no longer have."""

    # A template that counts encrypted values shows none, instead of failing as a whole.
    silent_variable_failure = True


def encrypt(plaintext: str) -> str:
    return _cipher().encrypt(plaintext.encode()).decode()


def decrypt(ciphertext: str) -> str:
    """Tries SECRET_KEY, then each of SECRET_KEY_FALLBACKS.

    Raises DecryptionError, with a sentence for the user.
    """
    try:
        return _cipher().decrypt(ciphertext.encode()).decode()
    except InvalidToken as problem:
        raise DecryptionError(
            _("We can no longer check your second factor. Ask a co-chair to remove it.")
        ) from problem


def _cipher() -> MultiFernet:
    return MultiFernet(
        [_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
