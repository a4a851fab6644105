"""The conformance pack in Python: what every SDK must be able to say. See ../README.md."""

from typing import Any, Literal

from windlass import (
    Error,
    InvalidValue,
    LocalPath,
    MissingFact,
    Mode,
    Pack,
    Plan,
    RemotePath,
    Secret,
    UnknownYet,
    context,
    get,
    get_all,
    local_files,
    log,
    probe,
    secrets,
    shell,
)

pack = Pack("example")


@pack.fact(default={}, example="example.Settings path=/etc/app.conf")
def Settings(path: RemotePath):
    """The settings in a file of lines `name = value`.

    What begins with `#` is no setting.

    Args:
        path: The file; one that is not there has none.
    """
    output = yield shell(t"cat {path} 2> /dev/null || true")
    return read_settings(output.lines)


@pack.fact()
def Setting(path: RemotePath, name: str):
    """One setting of a file; null when it is not there."""
    settings = yield Settings(path=path)
    return settings.get(name)


@pack.fact(stability="immutable", requires="uname")
def Kernel():
    """The kernel's name and version."""
    output = yield shell(t"uname -sr")
    match output.text.split():
        case [name, version]:
            return {"name": name, "version": version}
    raise MissingFact(f"uname wrote {output.text.strip()}")


@pack.fact(user_dependent=True)
def Kind(path: RemotePath):
    """What stands at a path; null when there is nothing."""
    found = yield probe("stat", path=path)
    return found and found["kind"]


@pack.fact(
    stability="volatile",
    globals={"_sudo": True},
    user_dependent=True,
    takes_command=True,
)
def Answer(command: str, *, words: list[str] = []):
    """What a command answers."""
    output = yield shell(
        t"{command:raw} {words} -- {len(words)}",
        stdin=["a", b"\0", "b"],
        env={"LC_ALL": "C"},
        files={"LIST": "\n".join(words)},
    )
    return {"status": output.status, "text": output.text, "error": len(output.stderr)}


@pack.fact(batch=16)
def Sum(path: RemotePath):
    """A file's digest; null when there is no file."""
    output = yield shell(t"sha256sum {path} 2> /dev/null || true")
    return output.text[:64] or None


@Sum.together
def sums(requests):
    output = yield shell(t"sha256sum {[one['path'] for one in requests]}")
    lines = output.lines
    if len(lines) != len(requests):
        raise MissingFact("some of the files are not there")
    return [line[:64] for line in lines]


def read_settings(lines: list[str]) -> dict[str, str]:
    settings = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            settings[name.strip()] = value.strip()
    return settings


def write_settings(settings: dict[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in sorted(settings.items()))


@pack.operation(example='example.settings("/etc/app.conf", {"port": "80"})')
def settings(
    plan: Plan,
    path: RemotePath,
    values: dict[str, str],
    mode: Mode = Mode(0o644),
    user: str | None = None,
    group: str | None = None,
):
    """Write the settings of a file.

    The file then has these settings and no other lines.

    Args:
        path: The file.
        values: Its settings.
        mode: Its permission bits.
        user: Its owner.
        group: Its group.
    """
    if get(Settings(path=path)) == values:
        plan.note(f"{path} has these settings already")
        return
    step = plan.upload(write_settings(values), path, mode=mode, user=user, group=group)
    step.predict(Settings(path=path), values)


@pack.operation()
def setting(plan: Plan, path: RemotePath, name: str, value: str | None = None, backup: bool = False):
    """Set or remove one setting of a file."""
    at = "/" + name.replace("~", "~0").replace("/", "~1")
    parts = get(Settings(path=path).select(at))
    before = parts[at]
    if before == value:
        plan.note(f"{name} is {value or 'not set'} already")
        return
    if backup:
        plan.run(t"cp -p {path} {context.temp_path('backup')}").predict_unknown(Kind(path=path))
    line = "" if value is None else f"{name} = {value}"
    step = plan.run(t"set-line {path} {name} {line}")
    step.predict(Settings(path=path), value, at=at)
    plan.diff(path, f"{name} = {before or ''}\n", f"{line}\n")


@pack.operation(uses=["example.settings"])
def account(
    plan: Plan,
    name: str,
    password: str | Secret,
    groups: list[str] = [],
    *,
    shells: str | list[str] | None = None,
):
    """Make an account."""
    if isinstance(password, Secret) and secrets.is_empty(password):
        raise InvalidValue("a password cannot be empty", at="password")
    if secrets.matches([name, password], "0" * 64):
        raise Error("that is unlikely")
    encoded = password.encoded("base64", "url") if isinstance(password, Secret) else password
    plan.run(
        t"chpasswd -e",
        stdin=[name, ":", password, "\n"],
        env={"TOKEN": encoded},
        files={"KEY": [b"\xff", password]},
    )
    for group in groups:
        plan.run(t"addgroup {name} {group}").with_globals(_sudo=True, _env={"GROUP": group})
    plan.nested("example.settings", path="/etc/accounts", values={name: "present"})
    if shells is not None:
        plan.run(t"usermod --shell={shells} {name}")


@pack.operation(idempotent=False)
def copy(plan: Plan, src: LocalPath, dest: RemotePath):
    """Copy a file."""
    if local_files.stat(src) is None:
        raise InvalidValue(f"{src} is not there", at="src")
    digest = local_files.digest(src)
    size = len(local_files.read(src))
    there, kernel = get_all([Sum(path=dest), Kernel()])
    # What is printed is logged.
    print(f"{src} has {size} bytes, for {kernel['name']}")
    if there == digest:
        plan.note("the file is the same")
        return
    step = plan.upload(src, dest)
    step.predict(Sum(path=dest), digest)
    step.predict_unknown_where(Kind()).changes_more()
    step.predict_where(Setting(path=dest), None)


@pack.operation(uses=["files.directory"])
def tree(plan: Plan, folder: LocalPath, dest: RemotePath, mode: Mode = Mode(0o755)):
    """Make a folder for what lies in one on the controller."""
    for below, entry in local_files.walk(folder):
        what = f"a file of {entry.size} bytes" if entry.kind == "file" else "a folder"
        plan.note(f"{below} is {what}")
    _, modified = local_files.times(folder)
    if modified > 0:
        plan.note("it has a time")
    plan.nested("files.directory", path=dest, mode=mode)


@pack.operation(idempotent=False)
def various(plan: Plan, folder: LocalPath, copy: LocalPath):
    """A step of each other kind."""
    plan.download("/etc/app.conf", copy, create_folder=True)
    plan.rsync(folder, "/srv/site", options=["--delete"])
    plan.call("example.notify", {"list": [1, 2.5, None, True, "ä\n\""]})
    plan.reboot(t"reboot", delay_ms=1000, interval_ms=500, timeout_ms=60000)
    host, web = context.host("/name"), context.inventory("/groups/web")
    plan.run(t"echo {host} {web} {context.global_argument('_sudo_user')} {context.timestamp()}")
    log.debug("debug")
    log.warning("warning")


@pack.operation(name="sub.echo", idempotent=False)
def echo(plan: Plan, *words: str, **named: Any):
    """Write words."""
    plan.run(t"echo {words}")
    plan.call("echo", named)


@pack.operation(hidden=True, alias_of="example.setting")
def hidden(plan: Plan, number: int = 3, share: float = 0.5, paths: list[RemotePath] = []):
    """Only for others."""
    plan.run(t"hidden {number} {share} {paths}")


@pack.operation()
def fail(plan: Plan, how: Literal["raise", "operation", "unknown", "unknown-caught"]):
    """Fail in one of several ways."""
    match how:
        case "raise":
            raise ValueError("something went wrong")
        case "operation":
            raise Error("it cannot be done", at="how")
        case "unknown":
            get(Kind(path="/unknown"))
        case "unknown-caught":
            try:
                get(Kind(path="/unknown"))
            except UnknownYet:
                plan.run(t"decide later")
