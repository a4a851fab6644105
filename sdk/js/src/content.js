// Content of files and standard input, in the contract's form.

import { LocalPath, Secret } from "./values.js";
import { natural, string, strings } from "./wire.js";

function atom(piece) {
  if (typeof piece === "string") return { tag: "text", val: string(piece, "content") };
  if (piece instanceof Uint8Array) return { tag: "bytes", val: piece };
  if (piece instanceof Secret) {
    const secret = natural(piece.number, "a secret's number");
    return { tag: "secret", val: { secret, encodings: strings(piece.encodings, "encodings") } };
  }
  if (piece instanceof LocalPath) {
    const how = "as a piece of it, give what `localFiles.read` gives";
    throw new TypeError(`a LocalPath is content by itself: ${how}`);
  }
  const what = piece === null ? "null" : typeof piece;
  throw new TypeError(`content is made of text, bytes and secrets, not of ${what}`);
}

// The pieces of text, bytes, a secret, or a list of these.
export function atoms(value) {
  return (Array.isArray(value) ? value : [value]).map(atom);
}

// Variables with content.
export function environment(variables) {
  return Object.entries(variables).map(([name, value]) => [variable(name), atoms(value)]);
}

export const variable = (name) => string(name, "a variable's name");

// Content of these, or of a file on the controller.
export function content(value) {
  if (value instanceof LocalPath) return { tag: "local", val: string(value.text, "a path") };
  return { tag: "inline", val: atoms(value) };
}

// The lines of text, without their ends.
export function linesOf(text) {
  const lines = text.split("\n");
  const rest = lines.pop();
  return [...lines.map((line) => line.replace(/\r$/, "")), ...(rest ? [rest] : [])];
}

// Bytes as text; what is no UTF-8 is replaced. QuickJS has no TextDecoder.
export function decode(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const [point, length] = character(bytes, at);
    text += String.fromCodePoint(point);
    at += length;
  }
  return text;
}

// What the second byte may be after some first ones: no longer form than needed, no surrogates, nothing too large.
const SECOND = { 0xe0: [0xa0, 0xbf], 0xed: [0x80, 0x9f], 0xf0: [0x90, 0xbf], 0xf4: [0x80, 0x8f] };
const REPLACEMENT = 0xfffd;

function character(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) return [first, 1];
  if (first < 0xc2 || first > 0xf4) return [REPLACEMENT, 1];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  let point = first & (0xff >> (length + 1));
  for (let more = 1; more < length; more += 1) {
    const next = bytes[at + more];
    const [least, most] = (more === 1 && SECOND[first]) || [0x80, 0xbf];
    if (!(next >= least && next <= most)) return [REPLACEMENT, more];
    point = (point << 6) | (next & 0x3f);
  }
  return [point, length];
}
