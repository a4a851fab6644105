// What crosses the component's border in small. The bindings end the component for a value of another type than the
// contract's, or make another value of it, so that all of a pack's comes through here.

// What a value is called in messages about a pack's own code.
function nameOf(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  return Array.isArray(value) ? "a list" : (value.constructor?.name ?? "an object");
}

// Text that can cross; `what` it was to be.
export function string(value, what) {
  if (typeof value !== "string") throw new TypeError(`${what} is text, not ${nameOf(value)}`);
  if (value.isWellFormed()) return value;
  throw new TypeError(`${what} has half of a character in it: give what is no text as bytes`);
}

export function stringOrNull(value, what) {
  return value === null || value === undefined ? null : string(value, what);
}

export function strings(values, what) {
  if (!Array.isArray(values)) throw new TypeError(`${what} stand in a list, not ${nameOf(values)}`);
  return values.map((value) => string(value, `each of ${what}`));
}

// Text for people, of anything; half of a character is replaced.
export const readable = (value) => String(value).toWellFormed();

// A whole number from 0 to 2^32 - 1.
export function natural(value, what) {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new TypeError(`${what} is a whole number from 0 to 4294967295, not ${nameOf(value)}`);
}

export function bytes(value, what) {
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`${what} is a Uint8Array, not ${nameOf(value)}`);
}

// A value as JSON, with the contract's tags for what JSON lacks.
export function toJson(value) {
  return JSON.stringify(value ?? null, tagged);
}

function tagged(key, value) {
  switch (typeof value) {
    case "string":
      return string(value, "text in JSON");
    case "number":
      if (Number.isFinite(value)) return value;
      throw new TypeError(`${value} is no JSON`);
    case "function":
    case "symbol":
      throw new TypeError(`a ${typeof value} is no JSON${key && `, as \`${key}\` is one`}`);
    case "object":
      if (value instanceof Set) return { $set: [...value] };
      if (value instanceof Map) return { $map: [...value] };
      if (value instanceof Uint8Array) return { $bytes: base64(value) };
      if (value instanceof Promise) throw new TypeError("a promise is no JSON: whatever is called answers at once");
  }
  return value;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS[(three >> shift) & 63]).join("");
    text += digits.slice(0, Math.min(4, bytes.length - at + 1)).padEnd(4, "=");
  }
  return text;
}
