// What a pack in JavaScript finds where it asks its system, and what comes of its faults. See ../README.md.

import { choice, defineFact, defineOperation, definePack, shell } from "windlass";

const look = defineOperation({
  doc: "Note what the system answers.",
  plan(plan) {
    plan.note(`time ${Date.now()}, ${new Date().getUTCFullYear()}`);
    plan.note(`random ${Math.random()}`);
    console.log("printed", { by: ["console"] });
  },
});

const deeply = (depth) => deeply(depth + 1) + 1;

const fail = defineOperation({
  doc: "Fail in one of the ways there are.",
  parameters: { how: choice(["throw", "text", "recursion", "nested"]).doc("Which.") },
  plan(plan, { how }) {
    if (how === "throw") null.missing();
    if (how === "text") throw "only text";
    if (how === "recursion") deeply(0);
    if (how === "nested") {
      let nested = [];
      for (let count = 0; count < 1_000_000; count++) nested = [nested];
      JSON.stringify(nested);
    }
  },
});

const Broken = defineFact({
  doc: "A fact whose output cannot be read.",
  *source() {
    const output = yield shell`true`;
    return output.nothing.there;
  },
});

export const { operations, factSource } = definePack({
  namespace: "system",
  operations: { look, fail },
  facts: { Broken },
});
