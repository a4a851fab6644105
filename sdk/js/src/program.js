// A program of the controller, as data.

import { atoms, content, environment } from "./content.js";
import { natural, string } from "./wire.js";

export class Program {
  constructor(program, args = [], { env = {}, stdin, timeoutMs = 0 } = {}) {
    this.program = string(program, "a program's name");
    this.timeoutMs = natural(timeoutMs, "a time in milliseconds");
    this.more = "{}";
    this.args = args.map(atoms);
    this.env = environment(env);
    this.stdin = stdin === undefined ? null : content(stdin);
  }
}
