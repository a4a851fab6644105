// A deploy: the message of the day, and a look at it once it has changed.

import { add, call, context, defineDeploy } from "windlass/deploy";
import { shell, target } from "windlass/target";

export const deploy = defineDeploy({
  run() {
    const src = { $content: context.host("/data/message") ?? "Welcome\n" };
    const message = add("files.put", { src, dest: "/etc/motd", mode: "644" }, { name: "Message" });
    call("check", null, { _if: message.changed });
  },
  functions: {
    // Runs at execution: how long the message is.
    check: () => target.run(shell`cat /etc/motd`).success().text.length,
  },
});
