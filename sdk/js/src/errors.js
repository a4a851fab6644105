// Errors in the kinds of the contract. Whatever else is thrown becomes an error of the kind `operation`.

import { readable, toJson } from "./wire.js";

export class WindlassError extends Error {
  static kind = "operation";

  constructor(message, { at = null, more = {} } = {}) {
    super(message);
    this.name = this.constructor.name;
    this.at = at;
    this.more = more;
  }

  get kind() {
    return this.constructor.kind;
  }
}

export class InvalidValue extends WindlassError {
  static kind = "invalid-value";
}

export class InvalidType extends WindlassError {
  static kind = "invalid-type";
}

export class LocalFileError extends WindlassError {
  static kind = "io";
}

export class MissingFact extends WindlassError {
  static kind = "missing-fact";
}

export class UnknownYet extends WindlassError {
  static kind = "unknown-yet";
}

export class Denied extends WindlassError {
  static kind = "denied";
}

export class SecretError extends WindlassError {
  static kind = "secret";
}

const KINDS = [
  InvalidValue,
  InvalidType,
  LocalFileError,
  MissingFact,
  UnknownYet,
  Denied,
  SecretError,
];

// The exception for an error of the host; a kind of a later host is a plain WindlassError.
export function fromHost(error) {
  const kind = KINDS.find((one) => one.kind === error.kind) ?? WindlassError;
  const more = error.more ? JSON.parse(error.more) : {};
  return new kind(error.message, { at: error.at, more });
}

// Anything that was thrown, as an error of the contract.
export function toContract(thrown) {
  if (thrown instanceof WindlassError) {
    const { kind, message, at = null, more = {} } = thrown;
    return {
      kind: said(kind),
      message: said(message),
      at: at === null ? null : said(at),
      more: attempt(() => toJson(more), (wrong) => toJson({ unreadable: said(wrong) })),
    };
  }
  // The innermost of the pack's own calls.
  const where = /\(\/pack\/([^()]+:\d+):\d+\)/.exec(attempt(() => thrown.stack, () => ""));
  const message = said(thrown) + (where ? ` (${where[1]})` : "");
  return { kind: "operation", message, at: null, more: "{}" };
}

const attempt = (read, otherwise) => {
  try {
    return read();
  } catch (wrong) {
    return otherwise(wrong);
  }
};

// The message of an error, whatever it is.
const said = (thrown) => attempt(() => readable(thrown), () => "what was thrown cannot be made text");

// Runs guest code; what it throws is an error of the contract.
export function guarded(call) {
  try {
    return call();
  } catch (thrown) {
    throw toContract(thrown);
  }
}
