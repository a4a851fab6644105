// Asking for facts.

import hostFacts from "windlass:plugin/facts@0.1.0";
import { fromHost } from "./errors.js";
import { decode, linesOf } from "./content.js";
import { ask } from "./host.js";
import { string, strings, toJson } from "./wire.js";

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
    return linesOf(this.text);
  }
}

export const fact = (name, args = {}) => new Request(name, args);
export const probe = (kind, args = {}) => new Probe(kind, args);

// A question; calling a fact gives one.
export function asked(request) {
  if (request instanceof Request) return request;
  throw new TypeError("a fact is asked by calling it, as in `get(Text())`");
}

export function get(request) {
  return JSON.parse(ask(() => hostFacts.get(toContract(request))));
}

export function getAll(requests) {
  return ask(() => hostFacts.getAll(requests.map(toContract))).map((answer) => {
    if (answer.tag === "err") throw fromHost(answer.val);
    return JSON.parse(answer.val);
  });
}

function toContract(request) {
  return { ...derived(request), globals: toJson(request.globals) };
}

// A question as facts and operations ask it.
export function derived(request) {
  const { fact, args, parts } = asked(request);
  return { fact: string(fact, "a fact's name"), args: toJson(args), select: strings(parts, "parts of a fact") };
}
