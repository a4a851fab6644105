// The conformance deploy: what it adds the host's data `what` says. See ../README.md.

import {
  add,
  all,
  any,
  call,
  context,
  defineDeploy,
  fact,
  get,
  InvalidValue,
  not,
  part,
  WindlassError,
} from "windlass/deploy";
import { shell, target } from "windlass/target";

const data = (key) => context.host(`/data/${key}`);

// A file in the folder that the host's data names.
const file = (name) => `${data("folder")}/${name}`;

const line = (name, line, options) => add("files.line", { path: file(name), line }, options);
const run = (command, options) => add("server.shell", { commands: [command] }, options);

const ways = {
  site() {
    part("Site", { _env: { A: "1" } }, () =>
      add("files.directory", { path: file("site"), mode: "755" }, { name: "Folder" }),
    );
    for (const name of ["a", "b"]) line(`site/${name}`, `for ${name}`, { key: name });
    if (get(fact("server.Kernel")) === "Linux") run(`echo ${data("greeting")}`, { name: "Greet" });
  },
  conditions() {
    const first = line("first", "x");
    const second = line("second", "x");
    const neither = not(any(first.changed, second.changed));
    const asItWas = all([first.succeeded, second.unchanged]);
    run("echo first changed", { name: "One", _if: first.changed });
    run("echo neither changed", { name: "Two", _if: neither });
    run("echo second is as it was", { name: "Three", _if: [asItWas] });
  },
  functions() {
    const first = run("echo earlier", { name: "First" });
    if (data("function")) {
      call(data("function"), {});
      return;
    }
    call("write", { path: file("written") });
    call("earlier", { id: first.id });
    const tries = file("tries");
    const retried = { _retries: 5, _retry_delay: 0, _retry_until: "thrice" };
    run(`echo x >> ${tries}; wc -l < ${tries}`, { name: "Tries", ...retried });
  },
  secret() {
    add("files.put", { src: { $content: [data("password")] }, dest: file("secret") });
  },
  throw() {
    part("Part", {}, () => {
      throw new RangeError("thrown");
    });
  },
  caught() {
    try {
      ways.throw();
    } catch {
      line("outside", "x", { name: "Outside" });
    }
  },
  act: () => target.run(shell`id`),
  unknown: () => add("files.lien"),
  wrong: () => add("files.line", { path: file("x"), line: "x", moed: 1 }),
};

export const deploy = defineDeploy({
  run() {
    const what = data("what") || "site";
    if (!Object.hasOwn(ways, what)) throw new InvalidValue(`there is no \`${what}\``);
    ways[what]();
  },
  functions: {
    write({ path }) {
      target.run(shell`date +%s > ${path}`).success();
      const args = { path, line: "added", ensure_newline: true };
      return { changed: target.operation("files.line", args).changed };
    },
    earlier: ({ id }) => ({ stdout: target.resultOf(id, "/stdout") }),
    thrice: ({ attempt }) => attempt.stdout_lines.includes("3"),
    fail() {
      throw new WindlassError("it does not want to");
    },
  },
});
