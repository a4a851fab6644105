// A pack with one operation and one fact.

import { defineFact, defineOperation, definePack, get, shell, string } from "windlass";

const Text = defineFact({
  doc: "The message of the day; null when there is none.",
  example: "motd.Text",
  *source() {
    const output = yield shell`cat /etc/motd 2> /dev/null || true`;
    return output.text || null;
  },
});

const set = defineOperation({
  doc: "Set the message of the day.",
  example: 'motd.set(name = "Greeting", text = "Welcome\\n", _sudo = True)',
  parameters: { text: string("What users see when they log in.") },
  plan(plan, { text }) {
    if (get(Text()) === text) {
      plan.note("the message is set already");
      return;
    }
    plan.upload(text, "/etc/motd", { mode: 0o644 }).predict(Text(), text);
  },
});

export const { operations, factSource } = definePack({
  namespace: "motd",
  operations: { set },
  facts: { Text },
});
