/** Inventory sources. */

import type { Json } from "./index.js";

export { InvalidValue, WindlassError } from "./index.js";

/** A host. */
export interface Host {
  /** Unique in an inventory. */
  name: string;
  /** What deploys read as its data. */
  data?: Record<string, Json>;
  /** The groups it is in, besides `all`. */
  groups?: string[];
}
/** What the component exports: `export const inventory = defineInventory((argument) => [{ name: "web-1" }])`. */
export function defineInventory(hosts: (argument: string) => Iterable<Host>): unknown;
