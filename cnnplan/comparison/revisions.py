"""A spec as it stood in a revision of its git repository, with the files that it includes."""

from __future__ import annotations

import posixpath
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.errors import SpecError, UsageError
from cnnplan.spec.source import BYTES, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["at_revision"]

SECONDS = 60


@contextmanager
def at_revision(file: Path, revision: str) -> Iterator[tuple[Path, Path] | None]:
    """A copy of the file as it was, and the folder that stands for the root of the repository.

    Args:
        file: a spec in a repository.
        revision: whatever git takes for a commit: a branch, a tag, `HEAD~3`.

    Yields:
        the copy and the folder it is in; None where there was no such file.

    Raises:
        UsageError: there is no git, no repository, or no such revision.
    """
    folder = file.resolve().parent
    if not file.is_file() and (file.exists() or not folder.is_dir()):
        raise UsageError(f"{file} is no file")
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    try:
        commit = _git(folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    except _Refused:
        raise UsageError(f"--against {revision}: the repository {top.name} has no such revision") from None
    name = file.resolve().relative_to(top.resolve()).as_posix()
    with tempfile.TemporaryDirectory(prefix="cnnplan-") as made:
        root = Path(made).resolve()
        data = _shown(top, commit, name)
        if data is None and not file.is_file():
            raise UsageError(f"{file}: there is no such file, neither here nor at {revision}")
        if data is None:
            yield None
            return
        _put(root, name, data)
        for included in _includes(name, data):
            other = _shown(top, commit, included)
            if other is not None:
                _put(root, included, other)
        yield root / name, root


def _includes(name: str, data: bytes) -> Iterator[str]:
    """The files that a spec includes, as paths in the repository; those outside it are left to the reader to refuse."""
    try:
        document = Source(name, data.decode("utf-8-sig", "replace")).data
    except SpecError:
        return
    listed = document.get("include") if isinstance(document, dict) else None
    for each in listed if isinstance(listed, list) else ():
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), str(each)))
        if not path.startswith(("..", "/")):
            yield path


def _put(root: Path, name: str, data: bytes) -> None:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _shown(top: Path, commit: str, name: str) -> bytes | None:
    """A file of a commit, None where it has none of that name."""
    try:
        if int(_git(top, "cat-file", "-s", f"{commit}:{name}")) > BYTES:
            raise UsageError(f"{name} is too long in {commit[:12]}: at most {BYTES} bytes are read")
        return _git(top, "cat-file", "blob", f"{commit}:{name}")
    except _Refused:
        return None


class _Refused(UsageError):  # noqa: N818 - named after what is wrong
    """What git says when it does not do what it is asked."""


def _git(folder: Path, *arguments: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise UsageError("--against needs git, which is not installed")
    command = [git, "-C", str(folder), *arguments]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise UsageError(f"git {arguments[0]} does not answer: {error}") from None
    if ran.returncode:
        said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _Refused(f"git {arguments[0]}: {said[-1] if said else 'failed'}")
    return ran.stdout
