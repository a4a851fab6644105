// What is done on the target, in the contract's form: planned as a step, or done at once by an actor.

import { content } from "./content.js";
import { toJson } from "./values.js";

export function upload(source, dest, { mode = null, user = null, group = null } = {}) {
  const bits = mode === null ? null : (mode.bits ?? mode);
  return { source: content(source), dest: String(dest), mode: bits, user, group, more: "{}" };
}

export function download(src, dest, { createFolder = false } = {}) {
  const more = createFolder ? { create_folder: true } : {};
  return { src: String(src), dest: String(dest), more: toJson(more) };
}

export const nested = (operation, args = {}) => ({ operation, args: toJson(args), more: "{}" });
