// Python in a thread of its own. Asked: { id, does, ... }; answers: { id, ... }, and the page of the report when it is made.
import { loadPyodide } from "../pyodide/pyodide.mjs";

/** The last line of a traceback. */
const said = (error) => String(error.message).trim().split("\n").pop();

let session = null;
let making = 0;

const ready = (async () => {
  const base = new URL("..", import.meta.url);
  const archive = fetch(new URL("python/packages.zip", base)).then((answer) => {
    if (!answer.ok) throw new Error(`python/packages.zip: ${answer.status}`);
    return answer.arrayBuffer();
  });
  archive.catch(() => {});
  const python = await loadPyodide({ indexURL: new URL("pyodide/", base).href });
  python.unpackArchive(await archive, "zip", { extractDir: "/play" });
  session = python.runPython(`
import os, sys
sys.path.insert(0, "/play")
os.chdir("/play")
from cnnplan.playground.session import Session
Session()
`);
  self.postMessage({ started: true });
})();
ready.catch((error) => self.postMessage({ failed: String(error.message || error) }));

const acts = {
  glance: ({ file, text }) => session.glance(file, text),
  take: ({ file, data }) => session.take(file, data),
  convert: () => session.converted(),
};

self.onmessage = async ({ data: asked }) => {
  making++;
  try {
    await ready;
  } catch {
    return;
  }
  let told;
  try {
    told = JSON.parse(acts[asked.does](asked));
  } catch (error) {
    told = { problem: `cnnplan stumbled, please report it: ${said(error)}`, findings: [] };
  }
  self.postMessage({ id: asked.id, told });
  if (asked.does !== "convert") make(asked.id, making);
};

/** The report of what was looked at last, bit by bit: what was asked in between comes first, and ends it. */
async function make(id, turn) {
  const rest = () => new Promise((resolve) => setTimeout(resolve));
  try {
    for (await rest(); turn === making; await rest()) {
      const made = session.report();
      if (made === undefined) return;
      if (made) self.postMessage({ id, made: JSON.parse(made) });
    }
  } catch (error) {
    self.postMessage({ id, made: { problem: said(error) } });
  }
}
