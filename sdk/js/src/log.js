// Remarks for whoever looks at a run.

import hostLog from "windlass:plugin/log@0.1.0";

export const log = {
  debug: (message) => hostLog.write("debug", String(message)),
  info: (message) => hostLog.write("info", String(message)),
  warning: (message) => hostLog.write("warning", String(message)),
};
