// Actors: export const actor = defineActors({ migrate({ from }) {…} }).

import "./system.js";
import { guarded } from "./errors.js";
import { table } from "./functions.js";
import { Secret, tagged } from "./values.js";
import { toJson } from "./wire.js";

export { context } from "./context.js";
export { Denied, InvalidValue, MissingFact, SecretError, WindlassError } from "./errors.js";
export { fact, get, getAll } from "./facts.js";
export { localFiles } from "./local-files.js";
export { log } from "./log.js";
export { secrets } from "./secrets.js";
export { command, raw, shell, target } from "./target.js";
export { LocalPath, Mode, RemotePath, Secret } from "./values.js";

export function defineActors(actors) {
  const named = table(actors, "actor");
  return {
    act: (name, payload) => guarded(() => toJson(named(name)(withSecrets(JSON.parse(payload))))),
  };
}

// A payload with its handles of secrets. What a `$literal` stands around is data, whatever it looks like.
function withSecrets(value) {
  if (value === null || typeof value !== "object" || tagged(value, "$literal")) return value;
  if (Array.isArray(value)) return value.map(withSecrets);
  const handle = tagged(value, "$secret");
  if (typeof handle === "number") return new Secret(handle);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withSecrets(one)]));
}
