// A pack's operations and facts: how they are declared, and how the host's calls reach them.

import { guarded, InvalidValue, MissingFact, WindlassError } from "./errors.js";
import { derived, Output, Probe, Request } from "./facts.js";
import { atOnce, checked } from "./functions.js";
import { readArguments } from "./parameters.js";
import { Plan } from "./plan.js";
import { Command } from "./shell.js";
import { string, toJson } from "./wire.js";

// Declares an operation.
export function defineOperation(said) {
  checked(said.plan, "what an operation does, its `plan`,");
  return { parameters: {}, doc: "", idempotent: true, hidden: false, aliasOf: null, ...said };
}

// Declares a fact. What comes back makes a question of it: get(Text()).
export function defineFact(said) {
  checked(said.source, "where a fact comes from, its `*source`,", { yields: true });
  if (said.together) checked(said.together, "a fact's `*together`", { yields: true });
  const fact = (args = {}) => {
    if (!fact.full) throw new TypeError("this fact is in no pack: give it to `definePack`");
    for (const name of Object.keys(args)) {
      if (!Object.hasOwn(fact.said.parameters, name)) {
        throw new TypeError(`${fact.full} has no parameter \`${name}\``);
      }
    }
    return new Request(fact.full, args);
  };
  const defaults = { parameters: {}, doc: "", stability: "state", default: null, requires: null };
  fact.said = { ...defaults, batch: 1, globals: {}, ...said };
  return fact;
}

// Makes a component of them: export const { operations, factSource } = definePack({…}).
export function definePack({ namespace, operations = {}, facts = {} }) {
  const named = (entries) =>
    new Map(Object.entries(entries).map(([name, one]) => [`${namespace}.${name}`, one]));
  const allOperations = named(operations);
  const allFacts = named(facts);
  for (const [name, fact] of allFacts) fact.full = name;

  // Made when the component is: what cannot be described is a mistake that is told then.
  const describedOperations = [...allOperations].map(([name, one]) => operationInfo(name, one));
  const describedFacts = [...allFacts].map(([name, one]) => factInfo(name, one.said));

  const find = (entries, name, what, kind) => {
    const found = entries.get(name);
    if (!found) throw new kind(`the namespace ${namespace} has no ${what} \`${name}\``);
    return found;
  };
  const factOf = (name) => find(allFacts, name, "fact", MissingFact);

  return {
    operations: {
      describe: () => describedOperations,
      plan: (name, args) =>
        guarded(() => {
          const operation = find(allOperations, name, "operation", InvalidValue);
          const plan = new Plan();
          const given = readArguments(operation.parameters, JSON.parse(args));
          atOnce(operation.plan(plan, given), `what ${name} does, its \`plan\`,`);
          return plan.toContract();
        }),
    },
    factSource: {
      describe: () => describedFacts,
      source: (name, args) => guarded(() => toOrigin(begin(factOf(name), args).origin)),
      parse: (name, args, raw) => guarded(() => parse(factOf(name), args, raw)),
    },
  };
}

// Asks a fact's generator where its values come from.
function begin(fact, args) {
  const { said, full } = fact;
  const requests = args.map((one) => readArguments(said.parameters, JSON.parse(one)));
  if (requests.length !== 1 && !said.together) {
    throw new InvalidValue(`${full} answers one request at a time, not ${requests.length}`);
  }
  const asking = requests.length === 1 ? said.source(requests[0]) : said.together(requests);
  if (typeof asking?.next !== "function") {
    throw new TypeError(`${full} asks nothing: write its source as \`*source() {…}\`, with a \`yield\` in it`);
  }
  const { value: origin, done } = asking.next();
  if (done) {
    throw new WindlassError(
      `${full} asks nothing: whatever its arguments, a fact yields once, as in \`yield shell\`…\`\``,
    );
  }
  return { asking, origin };
}

function parse(fact, args, raw) {
  const { asking, origin } = begin(fact, args);
  const values = raw.values.map((value) => JSON.parse(value));
  let answer = new Output(raw);
  if (Array.isArray(origin)) answer = values;
  else if (!(origin instanceof Command)) answer = values[0] ?? null;
  const { value, done } = asking.next(answer);
  if (!done) throw new WindlassError(`${fact.full} asks twice: a fact yields once`);
  if (args.length === 1) return [toJson(value)];
  if (Array.isArray(value)) return value.map(toJson);
  throw new TypeError(`${fact.full} gives a list of values for several requests`);
}

function toOrigin(origin) {
  if (origin instanceof Command) return { tag: "shell", val: origin };
  if (origin instanceof Probe) {
    const kind = string(origin.kind, "a probe's kind");
    return { tag: "probe", val: { kind, args: toJson(origin.args) } };
  }
  if (origin instanceof Request) return { tag: "derived", val: [derived(origin)] };
  if (Array.isArray(origin)) return { tag: "derived", val: origin.map(derived) };
  throw new TypeError(`a fact yields a command, a probe or other facts, not ${typeof origin}`);
}

const texts = (value) => (typeof value === "string" ? [value] : (value ?? []));

// What there is of some things, as the contract's `more`.
function more(things) {
  const there = Object.entries(things).filter(([, thing]) => (thing?.length ?? thing) || thing === true);
  return toJson(Object.fromEntries(there));
}

function describeAll(parameters) {
  return Object.entries(parameters).map(([name, one]) => one.describe(name));
}

function operationInfo(name, said) {
  return {
    name,
    doc: said.doc,
    parameters: describeAll(said.parameters),
    idempotent: said.idempotent,
    hidden: said.hidden,
    aliasOf: said.aliasOf,
    more: more({ examples: texts(said.example), uses: texts(said.uses) }),
  };
}

function factInfo(name, said) {
  if ((said.batch > 1) !== Boolean(said.together)) {
    throw new TypeError(
      `\`batch\` of the fact \`${name}\`, how many requests one command serves, and \`together\`, the function ` +
        "that asks for them, need each other",
    );
  }
  return {
    name,
    doc: said.doc,
    parameters: describeAll(said.parameters),
    default: toJson(said.default),
    stability: said.stability,
    requires: said.requires,
    batch: said.batch,
    globals: toJson(said.globals),
    more: more({
      examples: texts(said.example),
      user_dependent: said.userDependent,
      takes_command: said.takesCommand,
    }),
  };
}
