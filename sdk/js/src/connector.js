// A connector over a granted program: export const connector = defineConnector({…}).

import "./system.js";
import { guarded } from "./errors.js";
import { toJson } from "./values.js";

export { InvalidValue, WindlassError } from "./errors.js";
export { Program } from "./program.js";

export function defineConnector({ data = {}, connect }) {
  class Session {
    #session;

    constructor(session) {
      this.#session = session;
    }

    exec({ command, env, pty }) {
      const bytes = Uint8Array.from(command);
      return guarded(() => ({ tag: "via", val: this.#session.exec(bytes, { env, pty }) }));
    }

    close() {
      guarded(() => this.#session.close?.());
    }

    // None: the host does both by `exec`.
    put() {
      return null;
    }

    get() {
      return null;
    }
  }

  // A command whose bytes pass through the component: one over a program has none.
  class Channel {}

  // Made when the component is: what cannot be described is a mistake that is told then.
  const described = Object.entries(data).map(([name, key]) => {
    const { schema, default: fallback, doc, secret } = key.describe(name);
    return {
      name,
      schema: JSON.parse(schema),
      default: fallback === null ? null : JSON.parse(fallback),
      doc,
      secret,
    };
  });
  return {
    Session,
    Channel,
    describe: () => toJson({ data: described }),
    connect: (name, argument, values) =>
      guarded(() => new Session(connect({ name, argument, data: JSON.parse(values) }))),
  };
}
