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

const LEAST = [0, 0, 0x80, 0x800, 0x10000];
const REPLACEMENT = 0xfffd;

function character(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return [REPLACEMENT, 1];
  let point = first & (0xff >> (length + 1));
  for (let more = 1; more < length; more += 1) {
    const next = bytes[at + more];
    if (next === undefined || (next & 0xc0) !== 0x80) return [REPLACEMENT, more];
    point = (point << 6) | (next & 0x3f);
  }
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < LEAST[length] || point > 0x10ffff || surrogate ? [REPLACEMENT, 1] : [point, length];
}
