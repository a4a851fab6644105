// What a program or command gave.

import { decode } from "./content.js";
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

  success() {
    if (this.status === 0) return this;
    const how = this.status === null ? `was ended by ${this.signal}` : `ended with status ${this.status}`;
    throw new WindlassError(`the command ${how}: ${decode(this.stderr).trimEnd().split("\n").at(-1)}`);
  }
}
