// Server-sent events out of a streamed answer (https://html.spec.whatwg.org/multipage/server-sent-events.html).
// EventSource would send neither a token in a header nor a Last-Event-ID of its own after a reload.

/** Yields { id, type, data }; `alive` is called for whatever arrives. */
export async function* readEvents(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parse(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

const parse = (block) => {
  const event = { id: "", type: "message", data: "" };
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at < 1) continue;
    const [name, value] = [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
    if (name === "data") event.data += (event.data && "\n") + value;
    if (name === "id") event.id = value;
    if (name === "event") event.type = value;
  }
  return event.data ? event : null;
};
