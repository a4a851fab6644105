// Granted web addresses.

import hostHttp from "windlass:plugin/http@0.1.0";
import { decode } from "./content.js";
import { WindlassError } from "./errors.js";
import { ask } from "./host.js";
import { bytes, natural, string } from "./wire.js";

// Headers by name, several of one joined by commas.
function joined(headers) {
  const all = new Map();
  for (const [name, value] of headers) {
    all.set(name, all.has(name) ? `${all.get(name)}, ${value}` : value);
  }
  return Object.fromEntries(all);
}

// Sends a request.
export function fetch(url, { method = "GET", headers = {}, body, timeoutMs = 0 } = {}) {
  const request = {
    method: string(method, "a method"),
    url: string(url, "a web address"),
    headers: Object.entries(headers).map(([name, value]) => [
      string(name, "a header's name"),
      string(value, `the header \`${name}\``),
    ]),
    body: body === undefined || body === null ? null : bytes(body, "a body"),
    timeoutMs: natural(timeoutMs, "a time in milliseconds"),
    more: "{}",
  };
  const answer = ask(() => hostHttp.send(request));
  const received = Uint8Array.from(answer.body);
  return {
    status: answer.status,
    headers: joined(answer.headers),
    body: received,
    get text() {
      return decode(received);
    },
    json() {
      if (this.status >= 200 && this.status < 300) return JSON.parse(this.text);
      throw new WindlassError(`the answer has status ${this.status}: ${[...this.text].slice(0, 200).join("")}`);
    },
  };
}
