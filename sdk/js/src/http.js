// Granted web addresses.

import hostHttp from "windlass:plugin/http@0.1.0";
import { decode } from "./content.js";
import { WindlassError } from "./errors.js";
import { ask } from "./host.js";

// Sends a request.
export function fetch(url, { method = "GET", headers = {}, body, timeoutMs = 0 } = {}) {
  const request = { method, url, headers: Object.entries(headers), timeoutMs, more: "{}" };
  const answer = ask(() => hostHttp.send({ ...request, body: body ?? null }));
  const text = decode(Uint8Array.from(answer.body));
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: Uint8Array.from(answer.body),
    text,
    json() {
      if (answer.status >= 200 && answer.status < 300) return JSON.parse(text);
      throw new WindlassError(`the answer has status ${answer.status}: ${text.slice(0, 200)}`);
    },
  };
}
