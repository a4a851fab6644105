// Remarks for whoever looks at a run.

import hostLog from "windlass:plugin/log@0.1.0";

import { readable } from "./wire.js";

export const log = {
  debug: (message) => hostLog.write("debug", readable(message)),
  info: (message) => hostLog.write("info", readable(message)),
  warning: (message) => hostLog.write("warning", readable(message)),
};
