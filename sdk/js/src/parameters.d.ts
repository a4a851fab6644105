/** Parameters alone, for components that cannot ask for facts. */

export type { Parameter, Parameters } from "./index.js";
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
} from "./index.js";
