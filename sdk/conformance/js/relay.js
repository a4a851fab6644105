// The conformance connector: `@relay/WHERE` runs commands by the program `sh`.

import { defineConnector, Program } from "windlass/connector";
import { string } from "windlass/parameters";

export const connector = defineConnector({
  data: { relay_greeting: string("What every command can read as $GREETING.").default("hello") },
  connect({ argument, data }) {
    if (argument === "nowhere") throw new RangeError("there is no way to nowhere");
    const greeting = data.relay_greeting ?? "hello";
    return {
      exec: (command) => new Program("sh", ["-c", command], { env: { GREETING: greeting } }),
    };
  },
});
