// Functions that the host calls.

import { InvalidValue } from "./errors.js";

// A function that gives its result at once; anything else is a mistake that is told when the component is made.
// `yields`: whether it may be a generator.
export function checked(given, what, { yields = false } = {}) {
  if (typeof given !== "function") throw new TypeError(`${what} has to be a function`);
  const kind = given.constructor.name;
  if (kind.startsWith("Async")) {
    throw new TypeError(`${what} cannot be an \`async\` function: whatever it calls answers at once`);
  }
  if (kind === "GeneratorFunction" && !yields) {
    throw new TypeError(`${what} cannot be a generator: only a fact yields`);
  }
  return given;
}

// Sees to it that what a function gave is no promise: what that waits for would never be.
export function atOnce(given, what) {
  if (typeof given?.then !== "function") return given;
  throw new TypeError(`${what} gives a promise: whatever it calls answers at once`);
}

// Functions by name, each of them called `what`. Gives what calls one of them.
export function table(functions, what) {
  for (const [name, one] of Object.entries(functions)) checked(one, `the ${what} \`${name}\``);
  return (name) => {
    if (Object.hasOwn(functions, name)) return (payload) => functions[name](payload);
    const names = Object.keys(functions).map((one) => `\`${one}\``);
    const others = names.length ? `, only ${names.join(", ")}` : "";
    throw new InvalidValue(`there is no ${what} \`${name}\`${others}`);
  };
}
