/** Sources of secrets: `secret("KIND:name")` is read from a component. */

export { Denied, InvalidValue, log, WindlassError } from "./index.js";

/**
 * What the component exports: `export const secretSource = defineSecretSource((name) => …)`. It gets what stands behind
 * the kind and its colon, once a run for each name, and returns the value. What it throws says why there is none, without
 * any secret in it. What is logged is shown once there is a value, with the value masked.
 */
export function defineSecretSource(read: (name: string) => string): unknown;
