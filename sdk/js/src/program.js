// A program of the controller, as data.

import { atoms, content } from "./content.js";

export class Program {
  constructor(program, args = [], { env = {}, stdin, timeoutMs = 0 } = {}) {
    Object.assign(this, { program, timeoutMs, more: "{}" });
    this.args = args.map(atoms);
    this.env = Object.entries(env).map(([name, value]) => [name, atoms(value)]);
    this.stdin = stdin === undefined ? null : content(stdin);
  }
}
