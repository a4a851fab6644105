// An inventory source: export const inventory = defineInventory((argument) => [{ name: "web-1" }]).

import "./system.js";
import { guarded } from "./errors.js";
import { toJson } from "./values.js";

export { InvalidValue, WindlassError } from "./errors.js";

export function defineInventory(hosts) {
  const toContract = ({ name, data = {}, groups = [] }) => ({
    name,
    data: toJson(data),
    groups,
    more: "{}",
  });
  return { hosts: (argument) => guarded(() => [...hosts(argument)].map(toContract)) };
}
