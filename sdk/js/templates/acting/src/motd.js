// An operation that has something done at execution.

import { defineOperation, definePack, integer, string } from "windlass";

const wait = defineOperation({
  doc: "Wait until a command succeeds, a second between tries.",
  example: 'motd.wait(command = "test -e /run/ready", tries = 5)',
  idempotent: false,
  parameters: {
    command: string("The command line."),
    tries: integer("How often it is tried.").default(10),
  },
  plan(plan, { command, tries }) {
    plan.call("wait", { command, tries });
  },
});

export const { operations, factSource } = definePack({ namespace: "motd", operations: { wait } });
