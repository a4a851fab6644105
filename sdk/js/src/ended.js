// What a program or command gave.

import { decode, linesOf } from "./content.js";
import { WindlassError } from "./errors.js";

export class Ended {
  constructor({ exit, stdout, stderr }) {
    this.status = exit.status ?? null;
    this.signal = exit.signal ?? null;
    this.stdout = Uint8Array.from(stdout);
    this.stderr = Uint8Array.from(stderr);
  }

  get text() {
    return decode(this.stdout);
  }

  get lines() {
    return linesOf(this.text);
  }

  success() {
    if (this.status === 0) return this;
    const how = this.status === null ? `was ended by ${this.signal}` : `ended with status ${this.status}`;
    const said = decode(this.stderr).trimEnd().split("\n").at(-1);
    throw new WindlassError(`the command ${how}${said && `: ${said}`}`);
  }
}
