// A connector: export const connector = defineConnector({…}).

import "./system.js";
import { guarded } from "./errors.js";
import { checked } from "./functions.js";
import { Program } from "./program.js";
import { bytes, natural, stringOrNull, toJson } from "./wire.js";

export { InvalidValue, WindlassError } from "./errors.js";
export { Program } from "./program.js";

const NOTHING = new Uint8Array();

// A command whose bytes pass through the component.
class Channel {
  #channel;

  constructor(channel) {
    this.#channel = channel;
  }

  turn(stdin, eof, waitMs) {
    const input = Uint8Array.from(stdin);
    return guarded(() => {
      const { taken = input.length, stdout = NOTHING, stderr = NOTHING, status = null, signal = null } =
        this.#channel.turn(input, { eof, waitMs });
      return {
        stdinTaken: natural(taken, "how much was taken"),
        stdout: bytes(stdout, "output"),
        stderr: bytes(stderr, "output"),
        exit: status === null && signal === null ? null : exit(status, signal),
      };
    });
  }

  signal(name) {
    guarded(() => this.#channel.signal?.(name));
  }
}

const exit = (status, signal) => ({
  status: status === null ? null : natural(status, "an exit status"),
  signal: stringOrNull(signal, "a signal"),
});

export function defineConnector({ data = {}, connect }) {
  checked(connect, "what a connector does, its `connect`,");
  class Session {
    #session;

    constructor(session) {
      this.#session = session;
    }

    exec({ command, env, pty }) {
      const line = Uint8Array.from(command);
      return guarded(() => {
        const way = this.#session.exec(line, { env, pty });
        if (way instanceof Program) return { tag: "via", val: way };
        if (typeof way?.turn === "function") return { tag: "direct", val: new Channel(way) };
        throw new TypeError("`exec` gives a `Program`, or an object with `turn`");
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
      guarded(() => {
        const session = connect({ name, argument, data: JSON.parse(values) });
        if (typeof session?.exec === "function") return new Session(session);
        throw new TypeError("`connect` gives an object with `exec`");
      }),
  };
}
