// What modules expect of a system, as far as a component has one: `console` writes to the log of the run, and random
// numbers are the same in each call and in each component made of the same source.

import { log } from "./log.js";

const show = (value) => {
  if (typeof value === "string") return value;
  if (value instanceof Error) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
};
const to = (level) => (...values) => {
  const message = values.map(show).join(" ");
  if (message) log[level](message);
};

globalThis.console = {
  debug: to("debug"),
  log: to("info"),
  info: to("info"),
  warn: to("warning"),
  error: to("warning"),
};

// Mulberry32, by Tommy Ettinger.
let state = 0x5eed;
Math.random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
};
