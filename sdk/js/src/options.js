// Options of a call besides its own: global arguments, whose names begin with `_`.

// Those that are left of options; another name among them is a mistake.
export function globalArguments(left) {
  if (typeof left !== "object" || left === null) {
    throw new TypeError("global arguments are an object, as in `{ _sudo: true }`");
  }
  const wrong = Object.keys(left).find((name) => !name.startsWith("_"));
  if (wrong === undefined) return left;
  throw new TypeError(
    `there is no option \`${wrong}\`; global arguments begin with \`_\`, as in \`_sudo\``,
  );
}
