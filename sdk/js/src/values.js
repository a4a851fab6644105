// Argument types beside JavaScript's own: paths, modes and secrets.

import { InvalidType, InvalidValue } from "./errors.js";

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
    this.bits = bits & 0o7777;
  }

  static read(value) {
    if (typeof value !== "number" && typeof value !== "string") {
      throw wrongType('a mode such as 644 or "0644"', value);
    }
    const digits = String(value).replace(/\.0$/, "").replace(/^0o/, "");
    if (!/^0*[0-7]{1,4}$/.test(digits)) {
      throw new InvalidValue(`${value} is no mode: write the octal digits, as in 644 or "0644"`);
    }
    return new Mode(parseInt(digits, 8));
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
    return { $secret: this.number };
  }
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

// A value as JSON.
export function toJson(value) {
  return JSON.stringify(value ?? null);
}
