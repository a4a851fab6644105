// What a component may know of its surroundings. Only what is asked for is remembered with a plan.

import hostContext from "windlass:plugin/context@0.1.0";

import { string } from "./wire.js";

const orNull = (text) => (text === null || text === undefined ? null : JSON.parse(text));

export const context = {
  host: (pointer = "") => orNull(hostContext.host(string(pointer, "a pointer"))),
  inventory: (pointer = "") => orNull(hostContext.inventory(string(pointer, "a pointer"))),
  globalArgument: (name) => orNull(hostContext.global(string(name, "the name of a global argument"))),
  timestamp: () => context.globalArgument("_timestamp") || "windlass-backup",
  tempPath: (key) => hostContext.tempPath(string(key, "a key")),
};
