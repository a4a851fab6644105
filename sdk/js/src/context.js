// What a component may know of its surroundings. Only what is asked for is remembered with a plan.

import hostContext from "windlass:plugin/context@0.1.0";

const orNull = (text) => (text === null || text === undefined ? null : JSON.parse(text));

export const context = {
  host: (pointer = "") => orNull(hostContext.host(pointer)),
  inventory: (pointer = "") => orNull(hostContext.inventory(pointer)),
  globalArgument: (name) => orNull(hostContext.global(name)),
  timestamp: () => context.globalArgument("_timestamp") || "windlass-backup",
  tempPath: (key) => hostContext.tempPath(key),
};
