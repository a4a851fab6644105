// Content of files and standard input, in the contract's form.

import { LocalPath, Secret } from "./values.js";

function atom(piece) {
  if (typeof piece === "string") return { tag: "text", val: piece };
  if (piece instanceof Uint8Array) return { tag: "bytes", val: piece };
  if (piece instanceof Secret) {
    return { tag: "secret", val: { secret: piece.number, encodings: piece.encodings } };
  }
  throw new TypeError(`content is made of text, bytes and secrets, not of ${typeof piece}`);
}

// The pieces of text, bytes, a secret, or a list of these.
export function atoms(value) {
  return (Array.isArray(value) ? value : [value]).map(atom);
}

// Content of these, or of a file on the controller.
export function content(value) {
  if (value instanceof LocalPath) return { tag: "local", val: value.text };
  return { tag: "inline", val: atoms(value) };
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
