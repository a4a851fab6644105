// Write operations and facts for Windlass in JavaScript. The types, with what each thing means, stand in index.d.ts.

import "./system.js";

export { context } from "./context.js";
export {
  Denied,
  InvalidType,
  InvalidValue,
  LocalFileError,
  MissingFact,
  SecretError,
  UnknownYet,
  WindlassError,
} from "./errors.js";
export { fact, get, getAll, probe } from "./facts.js";
export { localFiles } from "./local-files.js";
export { log } from "./log.js";
export { defineFact, defineOperation, definePack } from "./pack.js";
export {
  any,
  boolean,
  choice,
  integer,
  list,
  localPath,
  map,
  mode,
  number,
  oneOrMany,
  path,
  string,
} from "./parameters.js";
export { secrets } from "./secrets.js";
export { command, raw, shell } from "./shell.js";
export { LocalPath, Mode, RemotePath, Secret } from "./values.js";
