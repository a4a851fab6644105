// Granted web addresses.

import hostHttp from "windlass:plugin/http@0.1.0";
import { decode } from "./content.js";
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
    json: () => JSON.parse(text),
  };
}
