"""The language server: an editor on stdin and stdout, specs and what is known of them behind it.

One file a feature; `server.FEATURES` is the table of contents. What a feature needs to know of a text is asked of its
`Document`: where everything stands (`layout`), what words mean (`meaning`), the plan and the errors (`analysis`). A
text is half typed most of the time, so all three answer of any text at all.
"""

from __future__ import annotations

import gc
import logging
import sys

from cnnplan.errors import MissingExtra

__all__ = ["serve"]


def serve() -> None:
    """Serve one editor over stdin and stdout until it says good-bye.

    Raises:
        MissingExtra: pygls is not installed.
    """
    try:
        from cnnplan.lsp.server import server  # noqa: PLC0415 - an extra
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs"):
            raise
        raise MissingExtra("cnnplan lsp", "pygls", "lsp") from None
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    made = server()
    gc.freeze()  # what is imported stays; looking through it again and again would hold up the answers
    try:
        made.start_io()
    finally:
        made.judge.end()
