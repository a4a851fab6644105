// An observer in JavaScript: it counts what happens to operations, and finds fault with one.

import { defineObserver, log } from "windlass/observer";

let count = 0;

export const observer = defineObserver((event) => {
  if (!event.event.startsWith("operation-host-")) return;
  log.warning(`${++count} ${event.event}`);
  if (event.name === "fault") throw new Error("this one is at fault");
});
