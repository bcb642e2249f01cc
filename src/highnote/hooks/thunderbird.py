"""Putting the Thunderbird extension and its native host in their places, and taking exactly that away again."""

from __future__ import annotations

import configparser
import io
import json
import os
import shlex
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from highnote import atomic

EXTENSION = "before-send@highnote"
"""The extension's identifier."""
HOST = "highnote"
"""The name by which the extension calls its native host."""


class InstallError(Exception):
    """What is in the way, and the mend."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where Thunderbird looks: its folder with profiles.ini, and the manifests of hosts and of managed settings."""

    thunderbird: Path
    hosts: Path
    managed: Path

    @classmethod
    def of(cls, home: Path, platform: str = sys.platform) -> Places:
        """The places below a home folder. Raises InstallError where they are no folders (Windows' registry)."""
        if platform == "win32":
            raise InstallError("On Windows the host is registered by hand: docs/mail-clients.md tells how.")
        if platform == "darwin":
            library = home / "Library"
            mozilla = library / "Application Support" / "Mozilla"
            return cls(library / "Thunderbird", mozilla / "NativeMessagingHosts", mozilla / "ManagedStorage")
        mozilla = home / ".mozilla"
        return cls(home / ".thunderbird", mozilla / "native-messaging-hosts", mozilla / "managed-storage")

    def profiles(self) -> tuple[Path, ...]:
        """The profiles that profiles.ini lists and that are there."""
        listed = configparser.RawConfigParser()
        listed.read(self.thunderbird / "profiles.ini", encoding="utf-8")
        sections = [listed[name] for name in listed.sections() if name.startswith("Profile")]
        paths = [self.thunderbird / section.get("Path", "") for section in sections if section.get("Path")]
        return tuple(dict.fromkeys(path for path in paths if path.is_dir()))


@dataclass(frozen=True, slots=True)
class File:
    """A file that the installation consists of."""

    path: Path
    content: bytes
    executable: bool = False

    def is_there(self) -> bool:
        """The file is in its place as it should be."""
        if not self.path.is_file() or self.path.read_bytes() != self.content:
            return False
        return not self.executable or os.access(self.path, os.X_OK)


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, or would be: "written", "unchanged", "removed"."""

    done: str
    path: Path


def installation(
    places: Places, profiles: Sequence[Path], settings: Mapping[str, Any], host_options: Sequence[str] = ()
) -> Iterator[File]:
    """The files to be in place: the extension in each profile, the host with its manifest, and `settings` that are fixed.

    `settings` are those of the extension's options page (`timeLimit` in seconds, `onError` "hold" or "send"). Raises
    InstallError where there is no profile.
    """
    if not profiles:
        where = places.thunderbird
        raise InstallError(f"No Thunderbird profile in {where}: start Thunderbird once, or name one with --profile.")
    packed = extension()
    for profile in profiles:
        yield File(_extension_in(profile), packed)
    command = shlex.join([sys.executable, "-m", "highnote.hooks.native", *host_options])
    yield File(_launcher(), f'#!/bin/sh\nexec {command} "$@"\n'.encode(), executable=True)
    host = {
        "name": HOST,
        "description": "highnote reads replies before they are sent",
        "path": str(_launcher()),
        "type": "stdio",
        "allowed_extensions": [EXTENSION],
    }
    yield File(_host_manifest(places), _json(host))
    if settings:
        managed = {"name": EXTENSION, "description": "Settings of highnote", "type": "storage", "data": dict(settings)}
        yield File(_managed(places), _json(managed))


def install(wanted: Iterable[File], *, dry_run: bool = False) -> Iterator[Step]:
    """Put each file in its place, in one step, unless it is there already. Raises InstallError."""
    for file in wanted:
        if file.is_there():
            yield Step("unchanged", file.path)
            continue
        if not dry_run:
            _write(file)
        yield Step("written", file.path)


def uninstall(places: Places, profiles: Sequence[Path], *, dry_run: bool = False) -> Iterator[Step]:
    """Remove every file of the installation that is there, and the folders that it leaves empty. Raises InstallError."""
    for path in (*map(_extension_in, profiles), _launcher(), _host_manifest(places), _managed(places)):
        if not path.exists():
            continue
        if not dry_run:
            try:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            except OSError as error:
                raise InstallError(f"{path} cannot be removed: {error.strerror}.") from error
        yield Step("removed", path)


def extension() -> bytes:
    """The extension as a zip archive, the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files("highnote.hooks").joinpath("extension").iterdir(), key=lambda entry: entry.name):
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _extension_in(profile: Path) -> Path:
    return profile / "extensions" / f"{EXTENSION}.xpi"


def _launcher() -> Path:
    return user_data_path("highnote") / "thunderbird-host"


def _host_manifest(places: Places) -> Path:
    return places.hosts / f"{HOST}.json"


def _managed(places: Places) -> Path:
    return places.managed / f"{EXTENSION}.json"


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _write(file: File) -> None:
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        atomic.replace(file.path, file.content)
        if file.executable:
            file.path.chmod(0o755)
    except OSError as error:
        raise InstallError(f"{file.path} cannot be written: {error.strerror}.") from error
