"""Files that only the portal can read: the folder, its backups and its copies have ciphertext."""

from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible

from roundtable.encryption import DecryptionError, seal, seal_head, unseal


@deconstructible
class SealedStorage(Storage):
    """Files of another storage, each bound to its name, which must be random."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @property
    def _files(self) -> Any:
        return storages[self.alias]

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Raises DecryptionError, with a sentence for the user."""
        return ContentFile(unseal(self._read(name), _place(name)), name)

    def _save(self, name: str, content: Any) -> str:
        saved: str = self._files.save(name, ContentFile(seal(content.read(), _place(name))))
        return saved

    def delete(self, name: str) -> None:
        self._files.delete(_beside(name))
        self._files.delete(name)

    def exists(self, name: str) -> bool:
        return bool(self._files.exists(name))

    def reseal(self, name: str) -> bool:
        """Whether an earlier key had sealed it. Raises DecryptionError."""
        stored = self._read(name)
        if stored.startswith(seal_head().encode()):
            return False
        self._replace(name, unseal(stored, _place(name)))
        return True

    def seal_stored(self, name: str) -> None:
        """For a migration, which may be run again."""
        if not self.exists(name):
            return
        stored = self._read(name)
        try:
            unseal(stored, _place(name))
        except DecryptionError:
            self._replace(name, stored)

    def _read(self, name: str) -> bytes:
        with self._files.open(name, "rb") as file:
            content: bytes = file.read()
        return content

    def _replace(self, name: str, content: bytes) -> None:
        """At once, so that a reader sees the former file or the new one."""
        sealed = ContentFile(seal(content, _place(name)))
        if not isinstance(self._files, FileSystemStorage):  # in memory, as tests have it
            self._files.delete(name)
            self._files.save(name, sealed)
            return
        self._files.delete(_beside(name))  # of a run that was interrupted
        beside = self._files.save(_beside(name), sealed)
        Path(self._files.path(beside)).replace(self._files.path(name))


def _beside(name: str) -> str:
    return f"{name}.new"


def _place(name: str) -> str:
    return f"file:{name}"
