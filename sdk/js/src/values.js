// Argument types beside JavaScript's own: paths, modes and secrets.

import { InvalidType, InvalidValue } from "./errors.js";
import { natural } from "./wire.js";

export class RemotePath {
  constructor(path) {
    this.text = String(path);
    if (this.text === "") throw new InvalidValue("a path cannot be empty");
    if (this.text.includes("\0")) throw new InvalidValue("a path cannot hold a zero byte");
  }

  toString() {
    return this.text;
  }

  toJSON() {
    return this.text;
  }
}

export class LocalPath {
  constructor(path) {
    this.text = String(path);
  }

  toString() {
    return this.text;
  }

  toJSON() {
    return this.text;
  }
}

export class Mode {
  constructor(bits) {
    this.bits = natural(bits, "what a mode is made of, as in new Mode(0o644),") & 0o7777;
  }

  static read(value) {
    if (typeof value !== "number" && typeof value !== "string") {
      throw wrongType('a mode such as 644 or "0644"', value);
    }
    const text = String(value).replace(/\.0$/, "");
    const digits = text.replace(/^0o/, "");
    if (/^0*[0-7]{1,4}$/.test(digits)) return new Mode(parseInt(digits, 8));
    throw new InvalidValue(`${text} is no mode: each digit is from 0 to 7; ${meant(text)}`);
  }

  toString() {
    return this.bits.toString(8);
  }

  toJSON() {
    return this.toString();
  }
}

export class Secret {
  constructor(number, encodings = []) {
    this.number = number;
    this.encodings = encodings;
  }

  encoded(...encodings) {
    return new Secret(this.number, [...this.encodings, ...encodings]);
  }

  toString() {
    throw new TypeError(
      'a secret cannot be made text: give it as a piece of content, as in { stdin: [name, ":", password] }',
    );
  }

  toJSON() {
    if (this.encodings.length === 0) return { $secret: this.number };
    throw new TypeError("an encoded secret is a piece of content; as an argument it is given as it is");
  }
}

// How to write a mode. 493 is what a language makes of 0o755.
function meant(text) {
  const octal = Number(text).toString(8);
  return /^\d+$/.test(text) && Number(text) <= 0o7777
    ? `if it is the number of 0o${octal}, write ${octal} or "${octal}"`
    : 'write the octal digits, as in 644 or "0644"';
}

// What a value is called in messages.
export function kindOf(value) {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "a list";
  const names = { boolean: "a boolean", number: "a number", string: "text" };
  return names[typeof value] ?? "an object";
}

// The error for a value of another type than expected.
export function wrongType(expected, found) {
  return new InvalidType(`expected ${expected}, found ${kindOf(found)}`);
}

// What stands under the only key of an object such as `{"$set": […]}`; undefined for anything else.
export function tagged(value, tag) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return Object.keys(value).length === 1 ? value[tag] : undefined;
}
