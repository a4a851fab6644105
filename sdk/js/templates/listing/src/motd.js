// An inventory: the servers of a cloud.

import { fetch } from "windlass/http";
import { defineInventory } from "windlass/inventory";

export const inventory = defineInventory((zone) => {
  const url = `https://api.example.org/servers?zone=${zone}`;
  const servers = fetch(url, { headers: { accept: "application/json" } }).json();
  const host = ({ name, address }) => ({ name, data: { ssh_hostname: address }, groups: ["cloud"] });
  return servers.map(host);
});
