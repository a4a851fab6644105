// `@hcloud/PROJECT` and `@hcloud/PROJECT/SELECTOR`: the running servers of a project of Hetzner Cloud.

import { fetch } from "windlass/http";
import { defineInventory, InvalidValue, WindlassError } from "windlass/inventory";
import { localFiles } from "windlass/local-files";

const ENDPOINT = "https://api.hetzner.cloud/v1";
const FOLDER = "~/.config/windlass-hcloud";
const PER_PAGE = 50; // The most that the API gives at once.

export const inventory = defineInventory((argument) => {
  const [name, ...rest] = argument.split("/");
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw new InvalidValue("name the project: @hcloud/PROJECT or @hcloud/PROJECT/SELECTOR");
  }
  const servers = list(project(name), rest.join("/"));
  return servers.filter((server) => server.status === "running").map(host);
});

// What a project's file says: `{"token": "…"}`, and an endpoint where it is not the usual one.
function project(name) {
  const path = `${FOLDER}/${name}.json`;
  if (localFiles.stat(path) === null) {
    throw new WindlassError(`there is no project ${name}: write {"token": "…"} to ${path}`);
  }
  const { token, endpoint = ENDPOINT } = JSON.parse(localFiles.readText(path));
  if (!token) throw new WindlassError(`${path} has no "token"`);
  return { token, endpoint };
}

// ANCHOR: list
// All servers that a label selector chooses, page by page.
function list({ token, endpoint }, selector) {
  const servers = [];
  for (let page = 1; page; ) {
    const query = `page=${page}&per_page=${PER_PAGE}&label_selector=${encodeURIComponent(selector)}`;
    const answer = fetch(`${endpoint}/servers?${query}`, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status !== 200) throw new WindlassError(refusal(answer));
    const { servers: some, meta } = answer.json();
    servers.push(...some);
    page = meta.pagination.next_page;
  }
  return servers;
}
// ANCHOR_END: list

function refusal({ status, text }) {
  let message = text.slice(0, 200);
  try {
    message = JSON.parse(text).error.message;
  } catch {
    // A proxy's page, and not the API's answer: the beginning of it tells most.
  }
  return `the API answers ${status}: ${message}`;
}

// A server as a host: in a group for its location and one for each label.
function host({ name, labels, location, public_net, private_net, server_type }) {
  const address = public_net.ipv4?.ip ?? private_net[0]?.ip;
  if (!address) throw new WindlassError(`${name} has no IPv4 address, neither a public nor a private one`);
  const groups = Object.entries(labels).map(([key, value]) => (value ? `${key}_${value}` : key));
  return {
    name,
    data: { ssh_hostname: address, server_type: server_type.name, labels },
    groups: [location.name, ...groups].map((group) => group.replace(/[^A-Za-z0-9_-]/g, "_")),
  };
}
