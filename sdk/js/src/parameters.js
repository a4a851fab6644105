// Parameters: the JSON Schema of their values, and how an argument is read.

import { InvalidValue, WindlassError } from "./errors.js";
import { LocalPath, Mode, RemotePath, Secret, tagged, wrongType } from "./values.js";
import { toJson } from "./wire.js";

class Parameter {
  constructor(schema, read, doc = "", changes = {}) {
    this.schema = schema;
    this.read = read;
    this.documentation = doc;
    this.kind = "either";
    this.acceptsSecret = false;
    this.isOptional = false;
    this.fallback = undefined;
    Object.assign(this, changes);
  }

  optional() {
    return this.#with({ isOptional: true });
  }

  default(fallback) {
    return this.#with({ fallback });
  }

  keyword() {
    return this.#with({ kind: "keyword" });
  }

  secret() {
    return this.#with({ acceptsSecret: true });
  }

  rest() {
    if (!["array", "object"].includes(this.schema.type)) {
      throw new TypeError("only a list or a map takes all arguments that are left");
    }
    const list = this.schema.type === "array";
    return this.#with({ kind: list ? "rest-list" : "rest-map", fallback: list ? [] : {} });
  }

  doc(doc) {
    return this.#with({ documentation: doc });
  }

  #with(changes) {
    return new Parameter(this.schema, this.read, this.documentation, { ...this, ...changes });
  }

  // A default stands in a deploy as callers write it, and there is read as what they write.
  #checkDefault(name, fallback) {
    const written = JSON.parse(toJson(fallback));
    const read = this.decode(written);
    const one = Array.isArray(read) && !Array.isArray(written) ? read[0] : read;
    if (toJson(one) === toJson(written)) return;
    throw new TypeError(
      `the default of \`${name}\`, ${toJson(fallback)}, is not of its type; a mode is written \`new Mode(0o644)\``,
    );
  }

  // What the pack says of it.
  describe(name) {
    const fallback = this.fallback === undefined && this.isOptional ? null : this.fallback;
    if (fallback !== undefined && fallback !== null) this.#checkDefault(name, fallback);
    return {
      name,
      kind: this.kind,
      schema: toJson(this.isOptional ? orNull(this.schema) : this.schema),
      default: fallback === undefined ? null : toJson(fallback),
      doc: this.documentation,
      secret: this.acceptsSecret,
      more: "{}",
    };
  }

  // An argument's value; null and undefined are an argument left out.
  take(name, value) {
    return at(name, () => {
      if (value !== null && value !== undefined) return this.decode(value);
      if (this.fallback !== undefined) return this.fallback;
      if (this.isOptional) return null;
      throw new InvalidValue("missing: it has no default");
    });
  }

  decode(value) {
    const handle = this.acceptsSecret ? tagged(value, "$secret") : undefined;
    return typeof handle === "number" ? new Secret(handle) : this.read(value);
  }
}

function at(place, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof WindlassError) error.at ??= place;
    throw error;
  }
}

// Allows null beside what a schema allows, as shortly as it can be said.
function orNull(schema) {
  if (Object.keys(schema).length === 0) return schema;
  if (schema.type && !schema.enum) return { ...schema, type: [schema.type, "null"].flat() };
  if (schema.anyOf) return { anyOf: [...schema.anyOf, { type: "null" }] };
  return { anyOf: [schema, { type: "null" }] };
}

function readText(value) {
  const text = typeof value === "string" ? value : tagged(value, "$path");
  if (typeof text !== "string") throw wrongType("text", value);
  return text;
}

function reader(type, expected) {
  return (value) => {
    if (typeof value !== type) throw wrongType(expected, value);
    return value;
  };
}

function readWhole(value) {
  if (!Number.isInteger(value)) throw wrongType("a whole number", value);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidValue(`${value} is beyond 2^53, where numbers in JavaScript lose digits`);
}

export const string = (doc) => new Parameter({ type: "string" }, readText, doc);
export const boolean = (doc) =>
  new Parameter({ type: "boolean" }, reader("boolean", "true or false"), doc);
export const integer = (doc) => new Parameter({ type: "integer" }, readWhole, doc);
export const number = (doc) => new Parameter({ type: "number" }, reader("number", "a number"), doc);
export const any = (doc) => new Parameter({}, (value) => value, doc);
export const path = (doc) =>
  new Parameter(
    { type: "string", format: "path" },
    (value) => new RemotePath(readText(value)),
    doc,
  );
export const localPath = (doc) =>
  new Parameter(
    { type: "string", format: "local-path" },
    (value) => new LocalPath(readText(value)),
    doc,
  );
export const mode = (doc) =>
  new Parameter({ type: ["integer", "string"], format: "mode" }, Mode.read, doc);

export function choice(values, doc) {
  const read = (value) => {
    if (!values.includes(value)) throw new InvalidValue(`${value} is none of ${values.join(", ")}`);
    return value;
  };
  return new Parameter({ enum: values }, read, doc);
}

export function list(item, doc) {
  const read = (value) => {
    const items = Array.isArray(value) ? value : tagged(value, "$set");
    if (!Array.isArray(items)) throw wrongType("a list", value);
    return items.map((one, position) => at(`[${position}]`, () => item.decode(one)));
  };
  const changes = { acceptsSecret: item.acceptsSecret };
  return new Parameter({ type: "array", items: item.schema }, read, doc, changes);
}

export function map(item, doc) {
  const read = (given) => {
    // What was written with keys that begin with `$`.
    const value = tagged(given, "$literal") ?? given;
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw wrongType("an object", value);
    }
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, one]) => [key, at(key, () => item.decode(one))]));
  };
  const changes = { acceptsSecret: item.acceptsSecret };
  return new Parameter({ type: "object", additionalProperties: item.schema }, read, doc, changes);
}

export function oneOrMany(item, doc) {
  const several = list(item);
  const read = (value) =>
    Array.isArray(value) || tagged(value, "$set") ? several.read(value) : [item.decode(value)];
  const changes = { acceptsSecret: item.acceptsSecret };
  return new Parameter({ anyOf: [item.schema, several.schema] }, read, doc, changes);
}

// A call's arguments, by parameter name.
export function readArguments(parameters, args) {
  if (args === null || typeof args !== "object" || Array.isArray(args)) {
    throw wrongType("an object of arguments", args);
  }
  for (const [name, value] of Object.entries(args)) {
    if (value !== null && !Object.hasOwn(parameters, name)) {
      throw new InvalidValue("there is no such parameter", { at: name });
    }
  }
  const entries = Object.entries(parameters);
  const given = (name) => (Object.hasOwn(args, name) ? args[name] : undefined);
  return Object.fromEntries(entries.map(([name, one]) => [name, one.take(name, given(name))]));
}
