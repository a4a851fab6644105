// A source of secrets: the password store.

import { Program, run } from "windlass/process";
import { defineSecretSource, WindlassError } from "windlass/secret-source";

export const secretSource = defineSecretSource((name) => {
  const { status, text } = run(new Program("pass", ["show", "--", name]));
  if (status !== 0) throw new WindlassError(`the password store has no ${name}`);
  // Its first line, as `pass` has it.
  return text.split("\n")[0];
});
