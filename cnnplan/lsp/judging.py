"""A process beside the server that judges whole specs: rules, every structure, repairs. It may take its time, and die.

The server answers an editor within milliseconds from one plan of the text. What `check` says beyond that takes longer,
in a hostile spec as long as anybody likes: it is asked of another process, which is ended when the answer is not wanted
any more.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from cnnplan.errors import CnnplanError, SpecError
from cnnplan.lsp.analysis import Text, kind_of_text, read, settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Finding

__all__ = ["Judge", "Question", "serve"]

HEAD = 8
"""The bytes that say how long a message is."""

LONGEST = 20.0
"""Seconds after which nobody waits any more."""


class Question(NamedTuple):
    """What is to be judged.

    Args:
        text: the spec.
        findings: those to be mended; None to be told all that there are.
    """

    text: Text
    findings: tuple[Finding, ...] | None = None


def answer(question: Question) -> Sequence[Any]:
    """The findings of a spec, as `check` has them; or the repairs of some findings."""
    text = question.text
    wanted = settings(text.path)
    if question.findings is not None:
        if text.path is None or kind_of_text(text.text) is not None:
            return ()
        texts = {**text.unsaved, text.file: text.text}
        repairs = import_module("cnnplan.repairs").repairs
        found: Sequence[Any] = repairs(text.path, question.findings, texts=texts, configuration=wanted)
        return found
    from cnnplan.rules import check  # noqa: PLC0415
    from cnnplan.rules.baseline import unknown  # noqa: PLC0415

    try:
        told = list(check(read(text, wanted.root), wanted))
    except SpecError as error:
        return error.findings
    return unknown(told, wanted.baseline) if wanted.baseline else told


def serve() -> None:
    """Answer questions on stdin until it ends."""
    import cnnplan.rules.judgement  # noqa: F401, PLC0415 - the first question finds it ready

    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(HEAD):
        question = pickle.loads(source.read(int.from_bytes(head)))  # noqa: S301 - written by the server, its parent
        try:
            found: Sequence[Any] = answer(question)
        except (CnnplanError, RecursionError, MemoryError):
            found = ()
        _write(sink, pickle.dumps(tuple(found)))


def _write(sink: BinaryIO, message: bytes) -> None:
    sink.write(len(message).to_bytes(HEAD) + message)
    sink.flush()


class Judge:
    """The process, started when it is first asked, and again where it has ended."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, question: Question) -> tuple[Any, ...] | None:
        """The answer; None where there is none in time."""
        async with self._turn:
            try:
                return await asyncio.wait_for(self._asked(question), LONGEST)
            except (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError):
                self.end()
                return None
            except asyncio.CancelledError:
                self.end()
                raise

    async def _asked(self, question: Question) -> tuple[Any, ...]:
        process = await self._started()
        assert process.stdin is not None  # noqa: S101 - both were asked for
        assert process.stdout is not None  # noqa: S101
        message = pickle.dumps(question)
        process.stdin.write(len(message).to_bytes(HEAD) + message)
        await process.stdin.drain()
        head = await process.stdout.readexactly(HEAD)
        found: tuple[Any, ...] = pickle.loads(await process.stdout.readexactly(int.from_bytes(head)))  # noqa: S301
        return found

    async def start(self) -> None:
        """Start the process before it is asked anything."""
        async with self._turn:
            with suppress(OSError):
                await self._started()

    async def _started(self) -> asyncio.subprocess.Process:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", "from cnnplan.lsp.judging import serve; serve()"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return process

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
