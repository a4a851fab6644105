// The conformance pack in JavaScript: what every SDK must be able to say. See ../README.md.

import {
  any,
  boolean,
  choice,
  command,
  context,
  defineFact,
  defineOperation,
  definePack,
  get,
  getAll,
  integer,
  InvalidValue,
  list,
  localFiles,
  localPath,
  log,
  map,
  MissingFact,
  Mode,
  mode,
  number,
  oneOrMany,
  path,
  probe,
  raw,
  Secret,
  secrets,
  shell,
  string,
  UnknownYet,
  WindlassError,
} from "windlass";

const Settings = defineFact({
  doc: `The settings in a file of lines \`name = value\`.

What begins with \`#\` is no setting.`,
  default: {},
  example: "example.Settings path=/etc/app.conf",
  parameters: { path: path("The file; one that is not there has none.") },
  *source({ path }) {
    const output = yield shell`cat ${path} 2> /dev/null || true`;
    return readSettings(output.lines);
  },
});

const Setting = defineFact({
  doc: "One setting of a file; null when it is not there.",
  parameters: { path: path(), name: string() },
  *source({ path, name }) {
    const settings = yield Settings({ path });
    return settings[name] ?? null;
  },
});

const Kernel = defineFact({
  doc: "The kernel's name and version.",
  stability: "immutable",
  requires: "uname",
  *source() {
    const output = yield shell`uname -sr`;
    const [name, version, ...rest] = output.text.trim().split(/\s+/);
    if (!version || rest.length) throw new MissingFact(`uname wrote ${output.text.trim()}`);
    return { name, version };
  },
});

const Kind = defineFact({
  doc: "What stands at a path; null when there is nothing.",
  userDependent: true,
  parameters: { path: path() },
  *source({ path }) {
    const found = yield probe("stat", { path });
    return found && found.kind;
  },
});

const Answer = defineFact({
  doc: "What a command answers.",
  stability: "volatile",
  globals: { _sudo: true },
  userDependent: true,
  takesCommand: true,
  parameters: { command: string(), words: list(string()).default([]).keyword() },
  *source({ command: line, words }) {
    const output = yield command(shell`${raw(line)} ${words} -- ${words.length}`, {
      stdin: ["a", Uint8Array.of(0), "b"],
      env: { LC_ALL: "C" },
      files: { LIST: words.join("\n") },
    });
    return { status: output.status, text: output.text, error: output.stderr.length };
  },
});

const Sum = defineFact({
  doc: "A file's digest; null when there is no file.",
  batch: 16,
  parameters: { path: path() },
  *source({ path }) {
    const output = yield shell`sha256sum ${path} 2> /dev/null || true`;
    return output.text.slice(0, 64) || null;
  },
  *together(requests) {
    const output = yield shell`sha256sum ${requests.map(({ path }) => path)}`;
    const lines = output.lines;
    if (lines.length !== requests.length) {
      throw new MissingFact("some of the files are not there");
    }
    return lines.map((line) => line.slice(0, 64));
  },
});

function readSettings(lines) {
  const settings = {};
  for (const line of lines) {
    const equals = line.indexOf("=");
    if (equals < 0 || line.startsWith("#")) continue;
    settings[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return settings;
}

function sorted(settings) {
  return Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1));
}

const settings = defineOperation({
  doc: `Write the settings of a file.

The file then has these settings and no other lines.`,
  example: 'example.settings("/etc/app.conf", {"port": "80"})',
  parameters: {
    path: path("The file."),
    values: map(string(), "Its settings."),
    mode: mode("Its permission bits.").default(new Mode(0o644)),
    user: string("Its owner.").optional(),
    group: string("Its group.").optional(),
  },
  plan(plan, { path, values, mode, user, group }) {
    const before = get(Settings({ path }));
    if (JSON.stringify(sorted(before)) === JSON.stringify(sorted(values))) {
      plan.note(`${path} has these settings already`);
      return;
    }
    const text = sorted(values).map(([name, value]) => `${name} = ${value}\n`);
    plan
      .upload(text.join(""), path, { mode, user, group })
      .predict(Settings({ path }), values);
  },
});

const setting = defineOperation({
  doc: "Set or remove one setting of a file.",
  parameters: {
    path: path(),
    name: string(),
    value: string().optional(),
    backup: boolean().default(false),
  },
  plan(plan, { path, name, value, backup }) {
    const at = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const before = get(Settings({ path }).select(at))[at];
    if (before === value) {
      plan.note(`${name} is ${value || "not set"} already`);
      return;
    }
    if (backup) {
      plan.run(shell`cp -p ${path} ${context.tempPath("backup")}`).predictUnknown(Kind({ path }));
    }
    const line = value === null ? "" : `${name} = ${value}`;
    plan.run(shell`set-line ${path} ${name} ${line}`).predict(Settings({ path }), value, { at });
    plan.diff(path, `${name} = ${before ?? ""}\n`, `${line}\n`);
  },
});

const account = defineOperation({
  doc: "Make an account.",
  uses: "example.settings",
  parameters: {
    name: string(),
    password: string().secret(),
    groups: list(string()).default([]),
    shells: oneOrMany(string()).optional().keyword(),
  },
  plan(plan, { name, password, groups, shells }) {
    const secret = password instanceof Secret;
    if (secret && secrets.isEmpty(password)) {
      throw new InvalidValue("a password cannot be empty", { at: "password" });
    }
    if (secrets.matches([name, password], "0".repeat(64))) throw new WindlassError("that is unlikely");
    plan.run(shell`chpasswd -e`, {
      stdin: [name, ":", password, "\n"],
      env: { TOKEN: secret ? password.encoded("base64", "url") : password },
      files: { KEY: [Uint8Array.of(0xff), password] },
    });
    for (const group of groups) {
      plan.run(shell`addgroup ${name} ${group}`).withGlobals({ _sudo: true, _env: { GROUP: group } });
    }
    plan.nested("example.settings", { path: "/etc/accounts", values: { [name]: "present" } });
    if (shells !== null) plan.run(shell`usermod --shell=${shells} ${name}`);
  },
});

const copy = defineOperation({
  doc: "Copy a file.",
  idempotent: false,
  parameters: { src: localPath(), dest: path() },
  plan(plan, { src, dest }) {
    if (localFiles.stat(src) === null) throw new InvalidValue(`${src} is not there`, { at: "src" });
    const digest = localFiles.digest(src);
    const size = localFiles.read(src).length;
    const [there, kernel] = getAll([Sum({ path: dest }), Kernel()]);
    log.info(`${src} has ${size} bytes, for ${kernel.name}`);
    if (there === digest) {
      plan.note("the file is the same");
      return;
    }
    plan
      .upload(src, dest)
      .predict(Sum({ path: dest }), digest)
      .changesMore()
      .predictUnknownWhere(Kind())
      .predictWhere(Setting({ path: dest }), null);
  },
});

const tree = defineOperation({
  doc: "Make a folder for what lies in one on the controller.",
  uses: ["files.directory"],
  parameters: { folder: localPath(), dest: path(), mode: mode().default(new Mode(0o755)) },
  plan(plan, { folder, dest, mode }) {
    for (const [below, { kind, size }] of localFiles.walk(folder)) {
      plan.note(`${below} is ${kind === "file" ? `a file of ${size} bytes` : "a folder"}`);
    }
    const [, modified] = localFiles.times(folder);
    if (modified > 0) plan.note("it has a time");
    plan.nested("files.directory", { path: dest, mode });
  },
});

const various = defineOperation({
  doc: "A step of each other kind.",
  idempotent: false,
  parameters: { folder: localPath(), copy: localPath() },
  plan(plan, { folder, copy }) {
    plan.download("/etc/app.conf", copy, { createFolder: true });
    plan.rsync(folder, "/srv/site", { options: ["--delete"] });
    plan.call("example.notify", { list: [1, 2.5, null, true, 'ä\n"'] });
    plan.reboot(shell`reboot`, { delayMs: 1000, intervalMs: 500, timeoutMs: 60000 });
    const host = context.host("/name");
    const web = context.inventory("/groups/web");
    const user = context.globalArgument("_sudo_user");
    plan.run(shell`echo ${host} ${web} ${user} ${context.timestamp()}`);
    log.debug("debug");
    log.warning("warning");
  },
});

const echo = defineOperation({
  doc: "Write words.",
  idempotent: false,
  parameters: { words: list(string()).rest(), named: map(any()).rest() },
  plan(plan, { words, named }) {
    plan.run(shell`echo ${words}`);
    plan.call("echo", named);
  },
});

const hidden = defineOperation({
  doc: "Only for others.",
  hidden: true,
  aliasOf: "example.setting",
  parameters: {
    number: integer().default(3),
    share: number().default(0.5),
    paths: list(path()).default([]),
  },
  plan(plan, { number, share, paths }) {
    plan.run(shell`hidden ${number} ${share} ${paths}`);
  },
});

const fail = defineOperation({
  doc: "Fail in one of several ways.",
  parameters: { how: choice(["raise", "operation", "unknown", "unknown-caught"]) },
  plan(plan, { how }) {
    switch (how) {
      case "raise":
        throw new RangeError("something went wrong");
      case "operation":
        throw new WindlassError("it cannot be done", { at: "how" });
      case "unknown":
        get(Kind({ path: "/unknown" }));
        break;
      case "unknown-caught":
        try {
          get(Kind({ path: "/unknown" }));
        } catch (error) {
          if (!(error instanceof UnknownYet)) throw error;
          plan.run(shell`decide later`);
        }
    }
  },
});

export const { operations, factSource } = definePack({
  namespace: "example",
  facts: { Settings, Setting, Kernel, Kind, Answer, Sum },
  operations: { settings, setting, account, copy, tree, various, "sub.echo": echo, hidden, fail },
});
