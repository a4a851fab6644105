// An observer: export const observer = defineObserver((event) => log.info(event.event)).

import "./system.js";
import hostLog from "windlass:plugin/log@0.1.0";
import { toContract } from "./errors.js";
import { checked } from "./functions.js";

export { log } from "./log.js";

export function defineObserver(hear) {
  checked(hear, "an observer");
  return {
    onEvent(event) {
      // Nobody takes an error of it, and the next event may go well.
      try {
        hear(JSON.parse(event));
      } catch (thrown) {
        hostLog.write("warning", toContract(thrown).message);
      }
    },
  };
}
