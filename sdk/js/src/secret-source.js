// A source of secrets: export const secretSource = defineSecretSource((name) => "…").

import "./system.js";
import { guarded } from "./errors.js";
import { checked } from "./functions.js";
import { kindOf } from "./values.js";
import { string } from "./wire.js";

export { Denied, InvalidValue, WindlassError } from "./errors.js";
export { log } from "./log.js";

export function defineSecretSource(read) {
  checked(read, "a source of secrets");
  return {
    get: (name) =>
      guarded(() => {
        const value = read(name);
        if (typeof value === "string") return string(value, "a secret's value");
        throw new TypeError(`a secret's value is text, and that of \`${name}\` is ${kindOf(value)}`);
      }),
  };
}
