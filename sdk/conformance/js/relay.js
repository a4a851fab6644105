// The conformance connector: `@relay/echo` gives back each command and what it reads, `@relay/WHERE` runs commands by
// the program `sh`.

import { defineConnector, Program } from "windlass/connector";
import { string } from "windlass/parameters";

class Echo {
  #bytes;

  constructor(command) {
    this.#bytes = [...command];
  }

  turn(stdin, { eof }) {
    this.#bytes.push(...stdin);
    return eof ? { stdout: Uint8Array.from(this.#bytes), status: 0 } : {};
  }
}

export const connector = defineConnector({
  data: { relay_greeting: string("What every command can read as $GREETING.").default("hello") },
  connect({ argument, data }) {
    if (argument === "nowhere") throw new RangeError("there is no way to nowhere");
    if (argument === "echo") return { exec: (command) => new Echo(command) };
    const greeting = data.relay_greeting ?? "hello";
    return {
      exec: (command) => new Program("sh", ["-c", command], { env: { GREETING: greeting } }),
    };
  },
});
