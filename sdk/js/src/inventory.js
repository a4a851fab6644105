// An inventory source: export const inventory = defineInventory((argument) => [{ name: "web-1" }]).

import "./system.js";
import { guarded } from "./errors.js";
import { checked } from "./functions.js";
import { string, strings, toJson } from "./wire.js";

export { InvalidValue, WindlassError } from "./errors.js";

export function defineInventory(hosts) {
  checked(hosts, "an inventory", { yields: true });
  const toContract = ({ name, data = {}, groups = [] }) => ({
    name: string(name, "a host's name"),
    data: toJson(data),
    groups: strings(groups, "a host's groups"),
    more: "{}",
  });
  return { hosts: (argument) => guarded(() => [...hosts(argument)].map(toContract)) };
}
