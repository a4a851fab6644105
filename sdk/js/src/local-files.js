// Files of the controller.

import hostFiles from "windlass:plugin/local-files@0.1.0";
import { path as pathOf } from "./actions.js";
import { decode } from "./content.js";
import { ask } from "./host.js";
import { string } from "./wire.js";

const CHUNK = 1 << 20;

export const localFiles = {
  stat: (path) => ask(() => hostFiles.stat(pathOf(path))) ?? null,
  times: (path) => ask(() => hostFiles.times(pathOf(path))),
  digest: (path, algorithm = "sha256") =>
    ask(() => hostFiles.digest(pathOf(path), string(algorithm, "an algorithm"))),
  walk: (path) => ask(() => hostFiles.walk(pathOf(path))),
  read(path) {
    const parts = [];
    let length = 0;
    do {
      parts.push(ask(() => hostFiles.read(pathOf(path), length, CHUNK)));
      length += parts.at(-1).length;
    } while (parts.at(-1).length === CHUNK);
    const content = new Uint8Array(length);
    parts.forEach((part, position) => content.set(part, position * CHUNK));
    return content;
  },
  readText: (path) => decode(localFiles.read(path)),
};
