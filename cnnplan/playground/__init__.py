"""The playground: a folder of static files in which this cnnplan runs inside a browser, and nothing is sent anywhere.

`runtime` finds Pyodide, which is Python for browsers, `archive` packs cnnplan and what it needs as they are installed
here, `site` writes the folder, `serving` shows it on this machine. `session` is what runs in the browser: a text in,
figures, findings and the page of the report out. `assets` are the page and its editor.
"""

from cnnplan.playground.serving import Server
from cnnplan.playground.site import write

__all__ = ["Server", "write"]
