/** Actors: what operations have done at execution because it cannot be said beforehand. */

export { context, fact, get, getAll, localFiles, log, secrets } from "./index.js";
export { Denied, InvalidValue, MissingFact, SecretError, WindlassError } from "./index.js";
export { LocalPath, Mode, RemotePath, Secret } from "./index.js";
export { command, raw, shell, target } from "./target.js";

/**
 * What the component exports: `export const actor = defineActors({ migrate({ from }) {…} })`. An operation of the pack
 * calls one by its name: `plan.call("migrate", { from: 3 })`. It gets the payload, with the operation's secrets as
 * `Secret`. What it returns, as JSON, stands in the operation's result; what it throws fails the operation on this host.
 */
export function defineActors(actors: Record<string, (payload: any) => unknown>): unknown;
