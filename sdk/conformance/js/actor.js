// The conformance actors. See ../README.md.

import { defineActors, fact, get, LocalPath, raw, Secret, shell, target } from "windlass/actor";

const line = (text) => shell`${raw(text)}`;

export const actor = defineActors({
  // A command's end and output.
  run({ command, globals }) {
    const { status, text } = target.run(line(command), globals);
    return { status, stdout: text.trimEnd() };
  },
  // A file with a secret in it: what the operation was given as its first.
  put({ content, secret, local, dest, globals }) {
    const pieces = secret ? [content, new Secret(0)] : content;
    target.put(local ? new LocalPath(local) : pieces, dest, globals);
  },
  get({ src, dest, globals }) {
    target.get(src, dest, globals);
  },
  operation({ operation, args, globals }) {
    const { changed, stdout, answers } = target.operation(operation, args, globals);
    return { changed, stdout, answers };
  },
  result: ({ id, pointer }) => ({ found: target.resultOf(id, pointer) }),
  // A fact before and after a command: what runs drops what was known.
  look({ path, command }) {
    const missing = () => get(fact("files.File", { path })) === null;
    const before = missing();
    target.run(line(command)).success();
    return { before, after: missing() };
  },
  several() {
    for (const number of [0, 1, 2]) target.run(shell`echo ${number}`).success();
    return "done";
  },
});
