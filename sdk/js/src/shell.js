// Shell command lines in parts: what is shell text, and what is one argument that the host quotes.

import { atoms, content } from "./content.js";
import { Mode, RemotePath, Secret } from "./values.js";

class Raw {
  constructor(text) {
    this.text = String(text);
  }
}

// A command for the target's shell, as the contract has it.
export class Command {
  constructor(parts) {
    this.text = parts;
    this.stdin = null;
    this.env = [];
    this.files = [];
    this.more = "{}";
  }
}

// Shell text as it is, for what is known to be harmless.
export const raw = (text) => new Raw(text);

// A command line: shell`cat ${path}`.
export function shell(strings, ...values) {
  const parts = [];
  strings.forEach((text, position) => {
    push(parts, { tag: "raw", val: text });
    if (position < values.length) words(values[position]).forEach((part) => push(parts, part));
  });
  return new Command(parts);
}

// A command with what may hold secrets: standard input, environment, private files; besides what it has of them.
export function command(line, { stdin, env = {}, files = {} } = {}) {
  const made = new Command(line.text);
  made.stdin = stdin === undefined ? line.stdin : content(stdin);
  made.env = [...line.env, ...Object.entries(env).map(([name, value]) => [name, atoms(value)])];
  const more = Object.entries(files).map(([name, value]) => [name, content(value)]);
  made.files = [...line.files, ...more];
  return made;
}

// Adds a part; no two raw ones stand side by side.
function push(parts, part) {
  const last = parts.at(-1);
  if (part.tag === "raw" && last?.tag === "raw") last.val += part.val;
  else if (part.tag !== "raw" || part.val !== "") parts.push({ ...part });
}

function words(value) {
  const word = (text) => [{ tag: "word", val: String(text) }];
  if (value instanceof Raw) return [{ tag: "raw", val: value.text }];
  if (value instanceof Command) return value.text;
  if (value instanceof RemotePath) return pathWords(value.text);
  if (value instanceof Mode || typeof value === "number" || typeof value === "string") {
    return word(value);
  }
  if (Array.isArray(value)) {
    const space = { tag: "raw", val: " " };
    return value.flatMap((one, position) => (position ? [space, ...words(one)] : words(one)));
  }
  if (value instanceof Secret) {
    throw new TypeError(
      "command lines are seen by every user of the target: give a secret to stdin, env or files",
    );
  }
  throw new TypeError(`${value === null ? "null" : typeof value} is no argument of a command`);
}

function pathWords(path) {
  const home = { tag: "raw", val: "~/" };
  if (path === "~") return [{ tag: "raw", val: "~" }];
  if (path === "~/") return [home];
  if (path.startsWith("~/")) return [home, { tag: "word", val: path.slice(2) }];
  return [{ tag: "word", val: path.startsWith("-") ? `./${path}` : path }];
}
