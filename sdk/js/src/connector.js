// A connector: export const connector = defineConnector({…}).

import "./system.js";
import { guarded } from "./errors.js";
import { Program } from "./program.js";
import { toJson } from "./values.js";

export { InvalidValue, WindlassError } from "./errors.js";
export { Program } from "./program.js";

// A command whose bytes pass through the component.
class Channel {
  #channel;

  constructor(channel) {
    this.#channel = channel;
  }

  turn(stdin, eof, waitMs) {
    const bytes = Uint8Array.from(stdin);
    return guarded(() => {
      const { taken = bytes.length, stdout = [], stderr = [], status = null, signal = null } =
        this.#channel.turn(bytes, { eof, waitMs });
      const exit = status === null && signal === null ? null : { status, signal };
      return { stdinTaken: taken, stdout, stderr, exit };
    });
  }

  signal(name) {
    guarded(() => this.#channel.signal?.(name));
  }
}

export function defineConnector({ data = {}, connect }) {
  class Session {
    #session;

    constructor(session) {
      this.#session = session;
    }

    exec({ command, env, pty }) {
      const bytes = Uint8Array.from(command);
      return guarded(() => {
        const way = this.#session.exec(bytes, { env, pty });
        if (way instanceof Program) return { tag: "via", val: way };
        return { tag: "direct", val: new Channel(way) };
      });
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
