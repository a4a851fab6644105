// The host that an actor, or a function of a deploy, acts on.

import hostTarget from "windlass:plugin/target@0.1.0";
import { download, nested, upload } from "./actions.js";
import { Ended } from "./ended.js";
import { ask } from "./host.js";
import { globalArguments } from "./options.js";
import { command } from "./shell.js";
import { string, toJson } from "./wire.js";

export { command, raw, shell } from "./shell.js";

export const target = {
  run(line, { stdin, env, files, ...globals } = {}) {
    const whole = command(line, { stdin, env, files });
    return new Ended(ask(() => hostTarget.run(whole, toJson(globalArguments(globals)))));
  },
  put(source, dest, { mode, user, group, ...globals } = {}) {
    const file = upload(source, dest, { mode, user, group });
    ask(() => hostTarget.put(file, toJson(globalArguments(globals))));
  },
  get(src, dest, { createFolder, ...globals } = {}) {
    const file = download(src, dest, { createFolder });
    ask(() => hostTarget.get(file, toJson(globalArguments(globals))));
  },
  operation(name, args, globals = {}) {
    const call = nested(name, args);
    return JSON.parse(ask(() => hostTarget.operation(call, toJson(globalArguments(globals)))));
  },
  resultOf(id, pointer = "") {
    const part = hostTarget.resultOf(string(id, "an operation's id"), string(pointer, "a pointer"));
    return JSON.parse(part ?? "null");
  },
};
