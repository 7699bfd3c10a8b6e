// A network in the address, behind the #: compressed, so that some hundred lines fit, and never sent to a server.

const MOST = 2_000_000;  // characters of a text that an address is unfolded to

const through = async (bytes, stream) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

/** A text as letters that may stand in an address. */
export async function packed(text) {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The text of such letters; null of others. */
export async function unpacked(letters) {
  try {
    const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      if (text.length > MOST) return null;
    }
  } catch {
    return null;
  }
}

/** What an address asks for: an example, or a text with the name of its file. */
export async function asked(hash) {
  const state = new URLSearchParams(hash.replace(/^#/, ""));
  const text = state.has("spec") ? await unpacked(state.get("spec")) : null;
  return { example: state.get("example"), file: state.get("file"), text, broken: state.has("spec") && text === null };
}
