// What an operation may know of its surroundings. Only what is asked for is remembered with its plan.

import hostContext from "windlass:plugin/context@0.1.0";
import hostSecrets from "windlass:plugin/secrets@0.1.0";
import { atoms } from "./content.js";
import { ask } from "./host.js";

export { localFiles } from "./local-files.js";
export { log } from "./log.js";

const orNull = (text) => (text === null || text === undefined ? null : JSON.parse(text));

export const context = {
  host: (pointer = "") => orNull(hostContext.host(pointer)),
  inventory: (pointer = "") => orNull(hostContext.inventory(pointer)),
  globalArgument: (name) => orNull(hostContext.global(name)),
  timestamp: () => context.globalArgument("_timestamp") || "windlass-backup",
  tempPath: (key) => hostContext.tempPath(key),
};

export const secrets = {
  matches: (content, digest, algorithm = "sha256") =>
    ask(() => hostSecrets.matches(atoms(content), algorithm, digest)),
  isEmpty: (secret) => ask(() => hostSecrets.isEmpty(secret.number)),
};
