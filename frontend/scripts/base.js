// Where this server begins: "/", or a path of a host that others share (edges/sub_path.py).
const { content } = document.querySelector('meta[name="base"]') ?? { content: "/" };

/** An address of ours, given from the root. */
export const at = (path) => content.slice(0, -1) + path;
