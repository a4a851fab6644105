// A deploy: export const deploy = defineDeploy({ run() {…}, functions: {…} }).

import "./system.js";
import hostDeploying from "windlass:plugin/deploying@0.1.0";
import { guarded } from "./errors.js";
import { checked, table } from "./functions.js";
import { ask } from "./host.js";
import { globalArguments } from "./options.js";
import { places } from "./places.js";
import { string, toJson } from "./wire.js";

export { context } from "./context.js";
export { Denied, InvalidValue, MissingFact, WindlassError } from "./errors.js";
export { fact, get, getAll } from "./facts.js";
export { localFiles } from "./local-files.js";
export { log } from "./log.js";
export { Mode } from "./values.js";

class Condition {
  #id;

  constructor(kind, operands) {
    this.#id = ask(() => hostDeploying.condition(kind, operands));
  }

  static of(kind, conditions) {
    const id = (condition) => {
      if (condition instanceof Condition) return condition.#id;
      throw new TypeError(`\`${kind}\` takes conditions, such as \`added.changed\``);
    };
    return new Condition(kind, conditions.flat().map(id));
  }

  toJSON() {
    return this.#id;
  }

  [Symbol.toPrimitive]() {
    throw new TypeError("a condition is known at execution only: give it to an operation as `_if`");
  }
}

export const any = (...conditions) => Condition.of("any", conditions);
export const all = (...conditions) => Condition.of("all", conditions);
export const not = (condition) => Condition.of("not", [condition]);

class Added {
  constructor(id) {
    this.id = id;
  }

  get changed() {
    return new Condition("changed", [this.id]);
  }

  get unchanged() {
    return new Condition("unchanged", [this.id]);
  }

  get succeeded() {
    return new Condition("succeeded", [this.id]);
  }

  get failed() {
    return new Condition("failed", [this.id]);
  }
}

// The deploy's functions by name; a component has one deploy.
let functionOf = table({}, "function");

export function add(operation, args = {}, { name, key, _retry_until, ...globals } = {}) {
  const until = typeof _retry_until === "string" ? callback(_retry_until) : _retry_until;
  const said = toJson({ ...globalArguments(globals), name, _retry_until: until });
  const what = string(operation, "an operation's name");
  return new Added(ask(() => hostDeploying.add(what, toJson(args), said, places(key))));
}

export const call = (name, payload, options) => add("call", callback(name, payload), options);

export function callback(name, payload = null) {
  functionOf(name);
  return { callback: name, payload };
}

export function part(name, globals, body) {
  checked(body, "what is in a part");
  const said = toJson(globalArguments(globals));
  ask(() => hostDeploying.enter(string(name, "a part's name"), said, places()));
  try {
    return body();
  } finally {
    hostDeploying.leave();
  }
}

export function defineDeploy({ run, functions = {} }) {
  checked(run, "what a deploy does, its `run`,");
  functionOf = table(functions, "function");
  return {
    run: () => guarded(() => void run()),
    callback: (name, payload) => guarded(() => toJson(functionOf(name)(JSON.parse(payload)))),
  };
}
