// What is done on the target, in the contract's form: planned as a step, or done at once by an actor.

import { content } from "./content.js";
import { Mode } from "./values.js";
import { string, stringOrNull, toJson } from "./wire.js";

export const path = (given) => string(String(given), "a path");

export function upload(source, dest, { mode = null, user = null, group = null } = {}) {
  return {
    source: content(source),
    dest: path(dest),
    mode: mode === null ? null : (mode instanceof Mode ? mode : new Mode(mode)).bits,
    user: stringOrNull(user, "a file's owner"),
    group: stringOrNull(group, "a file's group"),
    more: "{}",
  };
}

export function download(src, dest, { createFolder = false } = {}) {
  const more = createFolder ? { create_folder: true } : {};
  return { src: path(src), dest: path(dest), more: toJson(more) };
}

export const nested = (operation, args = {}) => ({
  operation: string(operation, "an operation's name"),
  args: toJson(args),
  more: "{}",
});
