/** Observers: what watches runs, and cannot change them. */

export { log } from "./index.js";

/**
 * What the component exports: `export const observer = defineObserver((event) => {…})`. It is called for each event of a
 * run, in order, in one component that stays for the run. What it throws is a warning, and it goes on hearing.
 */
export function defineObserver(hear: (event: Event) => void): unknown;
/** `{ event: "operation-host-success", host: "web-1", … }` */
export interface Event {
  event: string;
  [name: string]: any;
}
