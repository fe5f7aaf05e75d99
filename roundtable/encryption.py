"""Encrypts secrets and sealed columns, so that the database alone is not enough to read them."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Before each text, so that a later version can use another cipher: AES-256-GCM.
VERSION = "v2."
NONCE_LENGTH = 12  # bytes
# Do not use these words to derive any other key from SECRET_KEY. The first is of texts without a
# version, which release 0.1.0 encrypted.
_FIRST_PURPOSE = b"roundtable.encryption"
_PURPOSE = b"roundtable.encryption.v2"

# Before what is sealed with DATA_KEY: AES-256-GCM, then the name of the key, which its value makes.
SEALED = "sealed1."
_KEY_NAME_LENGTH = 4  # bytes
_SEALED_PURPOSE, _KEY_NAME_PURPOSE = b"roundtable.sealed.v1", b"roundtable.sealed.v1.name"


class DecryptionError(ValidationError):
    """The text was changed, never encrypted, or encrypted with a key that we no longer have."""

    # A template that counts encrypted values shows none, instead of failing as a whole.
    silent_variable_failure = True


def encrypt(plaintext: str) -> str:
    nonce = os.urandom(NONCE_LENGTH)
    sealed = _cipher(settings.SECRET_KEY).encrypt(nonce, plaintext.encode(), VERSION.encode())
    return VERSION + urlsafe_b64encode(nonce + sealed).decode()


def decrypt(ciphertext: str) -> str:
    """Tries SECRET_KEY, then each of SECRET_KEY_FALLBACKS.

    Raises DecryptionError, with a sentence for the user.
    """
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _decrypt_with(key, ciphertext)
        except (InvalidTag, InvalidToken, ValueError):
            continue
    raise DecryptionError(
        _("We can no longer check your second factor. Tell the people who run the portal.")
    )


def is_current(ciphertext: str) -> bool:
    """Whether the present key and cipher encrypted it."""
    try:
        _decrypt_with(settings.SECRET_KEY, ciphertext)
    except (InvalidTag, InvalidToken, ValueError):
        return False
    return ciphertext.startswith(VERSION)


def _decrypt_with(key: str, ciphertext: str) -> str:
    if not ciphertext.startswith(VERSION):
        first_cipher = Fernet(urlsafe_b64encode(_derive(key, _FIRST_PURPOSE)))
        return first_cipher.decrypt(ciphertext.encode()).decode()
    content = urlsafe_b64decode(ciphertext.removeprefix(VERSION))
    nonce, sealed = content[:NONCE_LENGTH], content[NONCE_LENGTH:]
    return _cipher(key).decrypt(nonce, sealed, VERSION.encode()).decode()


def _cipher(key: str) -> AESGCM:
    return AESGCM(_derive(key, _PURPOSE))


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())


def seal(content: bytes, place: str) -> bytes:
    """`place` is where it is stored: it opens nowhere else."""
    nonce, head = os.urandom(NONCE_LENGTH), seal_head()
    cipher = _sealed_cipher(settings.DATA_KEY)
    return head.encode() + nonce + cipher.encrypt(nonce, content, (head + place).encode())


def unseal(stored: bytes, place: str) -> bytes:
    """Raises DecryptionError if it is not sealed, was changed, was moved, or its key is not set."""
    for key in (settings.DATA_KEY, *settings.DATA_KEY_FALLBACKS):
        head = _seal_head(key)
        if stored.startswith(head.encode()):
            content = stored[len(head) :]
            nonce, sealed = content[:NONCE_LENGTH], content[NONCE_LENGTH:]
            try:
                return _sealed_cipher(key).decrypt(nonce, sealed, (head + place).encode())
            except (InvalidTag, ValueError):
                break
    raise DecryptionError(
        _("The portal can no longer read this. Tell the people who run the portal.")
    )


def seal_head() -> str:
    """With what everything begins that the present DATA_KEY sealed."""
    return _seal_head(settings.DATA_KEY)


def known_seal_heads() -> set[str]:
    return {_seal_head(key) for key in (settings.DATA_KEY, *settings.DATA_KEY_FALLBACKS)}


@cache
def _seal_head(key: str) -> str:
    return f"{SEALED}{_derive(key, _KEY_NAME_PURPOSE)[:_KEY_NAME_LENGTH].hex()}."


@cache
def _sealed_cipher(key: str) -> AESGCM:
    return AESGCM(_derive(key, _SEALED_PURPOSE))
