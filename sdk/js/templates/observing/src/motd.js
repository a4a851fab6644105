// An observer: it counts what a run changes, and what fails.

import { defineObserver, log } from "windlass/observer";

let changed = 0;
let failed = 0;

export const observer = defineObserver(({ event, changed: now }) => {
  if (event === "operation-host-success" && now) changed++;
  if (event === "operation-host-error") failed++;
  if (event !== "run-end") return;
  const say = failed ? log.warning : log.info;
  say(`${changed} changed, ${failed} failed`);
});
