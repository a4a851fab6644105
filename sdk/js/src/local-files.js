// Files of the controller.

import hostFiles from "windlass:plugin/local-files@0.1.0";
import { decode } from "./content.js";
import { ask } from "./host.js";

const CHUNK = 1 << 20;

export const localFiles = {
  stat: (path) => ask(() => hostFiles.stat(String(path))) ?? null,
  times: (path) => ask(() => hostFiles.times(String(path))),
  digest: (path, algorithm = "sha256") => ask(() => hostFiles.digest(String(path), algorithm)),
  walk: (path) => ask(() => hostFiles.walk(String(path))),
  read(path) {
    const content = [];
    for (;;) {
      const part = ask(() => hostFiles.read(String(path), content.length, CHUNK));
      for (const byte of part) content.push(byte);
      if (part.length < CHUNK) return Uint8Array.from(content);
    }
  },
  readText: (path) => decode(localFiles.read(path)),
};
