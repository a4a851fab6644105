// Shell command lines in parts: what is shell text, and what is one argument that the host quotes.

import { content, environment, variable } from "./content.js";
import { Mode, RemotePath, Secret } from "./values.js";
import { string } from "./wire.js";

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
  if (!(line instanceof Command)) {
    throw new TypeError("a command line is written shell`…`, where each value is one argument");
  }
  const made = new Command(line.text);
  made.stdin = stdin === undefined ? line.stdin : content(stdin);
  made.env = [...line.env, ...environment(env)];
  const more = Object.entries(files).map(([name, value]) => [variable(name), content(value)]);
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
  const word = (text) => [{ tag: "word", val: string(String(text), "an argument") }];
  if (value instanceof Raw) return [{ tag: "raw", val: string(value.text, "shell text") }];
  if (value instanceof Command) return wordsOf(value);
  if (value instanceof RemotePath) return pathWords(value.text);
  // The digits of large whole numbers, which as text have an exponent.
  if (Number.isInteger(value)) return word(BigInt(value));
  if (value instanceof Mode || Number.isFinite(value) || typeof value === "string") return word(value);
  if (Array.isArray(value)) {
    const space = { tag: "raw", val: " " };
    return value.flatMap((one, position) => (position ? [space, ...words(one)] : words(one)));
  }
  if (value instanceof Secret) {
    throw new TypeError(
      "command lines are seen by every user of the target: give a secret to stdin, env or files",
    );
  }
  const what = value === null || typeof value === "number" ? value : typeof value;
  throw new TypeError(`${what} is no argument of a command`);
}

// The line of a command within another one, which has no place for what else it is given.
function wordsOf({ text, stdin, env, files }) {
  if (stdin === null && env.length === 0 && files.length === 0) return text;
  throw new TypeError("a command in a command line has no inputs: give stdin, env and files to the whole");
}

function pathWords(path) {
  const home = { tag: "raw", val: "~/" };
  if (path === "~") return [{ tag: "raw", val: "~" }];
  if (path === "~/") return [home];
  if (path.startsWith("~/")) return [home, { tag: "word", val: path.slice(2) }];
  return [{ tag: "word", val: path.startsWith("-") ? `./${path}` : path }];
}
