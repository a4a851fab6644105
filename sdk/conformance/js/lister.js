// The conformance inventory: `@lister/a+b` by a program, `@lister/http://…` from a web address.

import { fetch } from "windlass/http";
import { defineInventory, InvalidValue } from "windlass/inventory";
import { Program, run } from "windlass/process";

export const inventory = defineInventory((argument) => {
  if (argument.startsWith("http://")) {
    const answer = fetch(argument, { headers: { accept: "application/json" } });
    const { link } = answer.headers;
    return answer.json().map(({ name, address }) => ({ name, data: { address, link } }));
  }
  if (!argument) throw new InvalidValue("name the hosts, as in @lister/a+b");
  const { text } = run(new Program("printf", ["%s\\n", ...argument.split("+")]));
  const names = text.split("\n").filter((name) => name);
  return names.map((name) => ({ name, data: { port: 22 }, groups: ["listed"] }));
});
