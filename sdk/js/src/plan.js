// The plan that an operation writes: steps as data, with what facts will answer once they have run.

import { download, nested, path, upload } from "./actions.js";
import { atoms } from "./content.js";
import { asked } from "./facts.js";
import { command as withInputs } from "./shell.js";
import { natural, readable, string, strings, toJson } from "./wire.js";

class Step {
  #globals = {};
  #more = {};

  constructor(tag, val) {
    this.action = { tag, val };
    this.predictions = [];
  }

  predict(fact, value, { at = "" } = {}) {
    return this.#predict(fact, false, at, toJson(value));
  }

  predictUnknown(fact, { at = "" } = {}) {
    return this.#predict(fact, false, at, null);
  }

  predictWhere(fact, value, { at = "" } = {}) {
    return this.#predict(fact, true, at, toJson(value));
  }

  predictUnknownWhere(fact, { at = "" } = {}) {
    return this.#predict(fact, true, at, null);
  }

  changesMore() {
    this.#more = { unpredicted: true };
    return this;
  }

  withGlobals(globals) {
    Object.assign(this.#globals, globals);
    return this;
  }

  #predict(request, partial, at, value) {
    const { fact, args } = asked(request);
    this.predictions.push({
      fact: string(fact, "a fact's name"),
      args: toJson(args),
      partial,
      at: string(at, "a pointer"),
      value,
      more: "{}",
    });
    return this;
  }

  toContract() {
    const { action, predictions } = this;
    return { action, globals: toJson(this.#globals), predictions, more: toJson(this.#more) };
  }
}

export class Plan {
  #steps = [];
  #notes = [];
  #diffs = [];

  run(line, inputs) {
    return this.#add("shell", withInputs(line, inputs));
  }

  upload(source, dest, options) {
    return this.#add("upload", upload(source, dest, options));
  }

  download(src, dest, options) {
    return this.#add("download", download(src, dest, options));
  }

  rsync(src, dest, { options = [] } = {}) {
    const given = strings(options, "options");
    return this.#add("rsync", { src: path(src), dest: path(dest), options: given, more: "{}" });
  }

  call(actor, payload = null) {
    const name = string(actor, "an actor's name");
    return this.#add("call", { actor: name, payload: toJson(payload), more: "{}" });
  }

  reboot(line, { delayMs, intervalMs, timeoutMs }) {
    return this.#add("reboot", {
      text: withInputs(line).text,
      delayMs: natural(delayMs, "delayMs"),
      intervalMs: natural(intervalMs, "intervalMs"),
      timeoutMs: natural(timeoutMs, "timeoutMs"),
      more: "{}",
    });
  }

  nested(operation, args) {
    return this.#add("nested", nested(operation, args));
  }

  note(note) {
    this.#notes.push(readable(note));
  }

  diff(subject, before, after) {
    const sides = { before: atoms(before), after: atoms(after) };
    this.#diffs.push({ subject: path(subject), kind: "text", ...sides, more: "{}" });
  }

  toContract() {
    const steps = this.#steps.map((step) => step.toContract());
    return { steps, notes: this.#notes, diffs: this.#diffs, more: "{}" };
  }

  #add(tag, val) {
    const step = new Step(tag, val);
    this.#steps.push(step);
    return step;
  }
}
