// What comes of a pack's own mistakes, in JavaScript. See ../README.md.

import {
  boolean,
  choice,
  command,
  context,
  defineFact,
  defineOperation,
  definePack,
  get,
  integer,
  log,
  Mode,
  Secret,
  shell,
  WindlassError,
} from "windlass";

const Lines = defineFact({
  doc: "Lines; asked for silently, nothing is.",
  parameters: { silent: boolean().default(false) },
  *source({ silent }) {
    if (silent) return [];
    const output = yield shell`true`;
    return output.lines;
  },
});

const fine = defineOperation({
  doc: "What looks like a mistake and is none.",
  parameters: { number: integer().default(0) },
  plan(plan, { number }) {
    const key = Uint8Array.of(0, 255);
    plan.nested("files.file", { mode: new Mode(0o644), groups: new Set(["a"]), key });
    plan.note(5);
    plan.run(shell`echo ${number} ${1e21}`);
    log.info(5);
    log.info("half \udc80");
    console.log("one", 2, "three");
    console.log();
    console.log(new Error("four"));
  },
});

class Unspeakable extends Error {
  toString() {
    throw new RangeError("no");
  }
}

const ways = {
  unspeakable() {
    throw new Unspeakable();
  },
  nothing() {
    throw Object.create(null);
  },
  more() {
    throw new WindlassError("more", { more: { a: 1n }, at: 5 });
  },
  half() {
    throw new WindlassError("half \udc80");
  },
  "half-content": (plan) => plan.upload("\udc80", "/x"),
  "half-json": (plan) => plan.call("x", { a: "\udc80" }),
  mode: (plan) => plan.upload("x", "/x", { mode: "644" }),
  owner: (plan) => plan.upload("x", "/x", { user: 5 }),
  number: (plan) => plan.call("x", { a: NaN }),
  function: (plan) => plan.call("x", { a: () => 1 }),
  encoded: (plan) => plan.nested("x.y", { password: new Secret(0).encoded("base64") }),
  inputs: (plan) => plan.run(shell`sudo ${command(shell`cat`, { stdin: "a" })}`),
  line: (plan) => plan.run("ls"),
  question: () => get(Lines),
  prediction: (plan) => plan.run(shell`x`).predict(Lines, []),
  time: (plan) => plan.reboot(shell`reboot`, { delayMs: 1.5, intervalMs: 1, timeoutMs: 1 }),
  pointer: () => context.host(5),
  word: (plan) => plan.run(shell`echo ${NaN}`),
  promise: () => Promise.resolve(),
};

const fail = defineOperation({
  doc: "Fail in one of the ways there are.",
  parameters: { how: choice(Object.keys(ways)) },
  plan: (plan, { how }) => ways[how](plan),
});

export const { operations, factSource } = definePack({
  namespace: "faults",
  operations: { fine, fail },
  facts: { Lines },
});
