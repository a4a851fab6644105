/** Observers: what watches runs, and cannot change them. */

import type { Json } from "./index.js";

export { log } from "./index.js";

/**
 * What the component exports: `export const observer = defineObserver((event) => {…})`. It is called for each event of a
 * run, in order, in one component that stays for the run. What it throws is a warning, and it goes on hearing.
 */
export function defineObserver(hear: (event: Record<string, Json>) => void): unknown;
