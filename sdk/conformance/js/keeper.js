// The conformance source of secrets: `keeper:PATH#KEY` is read from a vault, whose address and token are in files, and
// `keeper:!program/COMMAND` from a program. See ../README.md.

import { fetch } from "windlass/http";
import { localFiles } from "windlass/local-files";
import { Program, run } from "windlass/process";
import { defineSecretSource, WindlassError } from "windlass/secret-source";

const setting = (name) => localFiles.readText(`~/.config/keeper/${name}`).trim();

export const secretSource = defineSecretSource((name) => {
  if (name.startsWith("!program/")) {
    return run(new Program("sh", ["-c", name.slice("!program/".length)])).text;
  }
  const [path, key = "value"] = name.split("#");
  const headers = { "x-vault-token": setting("token") };
  const { data } = fetch(`${setting("address")}/v1/${path}`, { headers }).json();
  if (typeof data[key] !== "string") throw new WindlassError(`${path} has no \`${key}\``);
  return data[key];
});
