// Asking for facts.

import hostFacts from "windlass:plugin/facts@0.1.0";
import { fromHost } from "./errors.js";
import { decode } from "./content.js";
import { ask } from "./host.js";
import { toJson } from "./values.js";

// A question about the target.
export class Request {
  constructor(fact, args = {}, parts = [], globals = {}) {
    Object.assign(this, { fact, args, parts, globals });
  }

  select(...pointers) {
    return new Request(this.fact, this.args, [...this.parts, ...pointers], this.globals);
  }

  withGlobals(globals) {
    return new Request(this.fact, this.args, this.parts, { ...this.globals, ...globals });
  }
}

// A question for the host's own means.
export class Probe {
  constructor(kind, args) {
    Object.assign(this, { kind, args });
  }
}

// What a fact's command gave.
export class Output {
  constructor(raw) {
    this.status = raw.status;
    this.stdout = Uint8Array.from(raw.stdout);
    this.stderr = Uint8Array.from(raw.stderr);
  }

  get text() {
    return decode(this.stdout);
  }

  get lines() {
    const lines = this.text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines.map((line) => line.replace(/\r$/, ""));
  }
}

export const fact = (name, args = {}) => new Request(name, args);
export const probe = (kind, args = {}) => new Probe(kind, args);

export function get(request) {
  return JSON.parse(ask(() => hostFacts.get(toContract(request))));
}

export function getAll(requests) {
  return ask(() => hostFacts.getAll(requests.map(toContract))).map((answer) => {
    if (answer.tag === "err") throw fromHost(answer.val);
    return JSON.parse(answer.val);
  });
}

function toContract({ fact, args, parts, globals }) {
  return { fact, args: toJson(args), select: parts, globals: toJson(globals) };
}
