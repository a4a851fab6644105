// An observer: export const observer = defineObserver((event) => log.info(event.event)).

import "./system.js";
import hostLog from "windlass:plugin/log@0.1.0";
import { toContract } from "./errors.js";

export { log } from "./log.js";

export function defineObserver(hear) {
  if (typeof hear !== "function") throw new TypeError("an observer is a function of an event");
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
