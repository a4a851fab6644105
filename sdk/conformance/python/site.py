"""The conformance deploy. What it does the host's data `what` says. See ../README.md."""

from windlass import InvalidValue, context, fact, get, target
from windlass.deploy import call, deploy, function, operation, part


def data(key):
    return context.host(f"/data/{key}")


def file(name):
    """A file in the folder that the host's data names."""
    return f"{data('folder')}/{name}"


@deploy
def run():
    match data("what") or "site":
        case "site":
            site()
        case "conditions":
            conditions()
        case "functions":
            functions()
        case "secret":
            operation("files.put", src={"$content": [data("password")]}, dest=file("secret"))
        case "act":
            target.run("id")
        case "unknown":
            operation("files.lien")
        case "wrong":
            operation("files.line", path=file("x"), line="x", moed=1)
        case "throw":
            with part("never left", _env={"A": "1"}):
                raise KeyError("thrown")
        case "caught":
            caught()
        case "truth":
            assert operation("files.line", path=file("x"), line="x").changed
        case other:
            raise InvalidValue(f"there is no `{other}`")


def site():
    """What `site.star` of the tests says."""
    with part("Site", _env={"A": "1"}):
        operation("files.directory", name="Folder", path=file("site"), mode="755")
    for name in ["a", "b"]:
        operation("files.line", path=file(f"site/{name}"), line=f"for {name}", _key=name)
    if get(fact("server.Kernel")) == "Linux":
        operation("server.shell", name="Greet", commands=[f"echo {data('greeting')}"])


def show(name, text, condition):
    operation("server.shell", name=name, commands=[f"echo {text}"], _if=condition)


def conditions():
    first = operation("files.line", path=file("first"), line="x")
    second = operation("files.line", path=file("second"), line="x")
    show("One", "first changed", first.changed)
    show("Two", "neither changed", ~(first.changed | second.changed))
    show("Three", "second is as it was", first.succeeded & second.unchanged)


def functions():
    first = operation("server.shell", name="First", commands=["echo earlier"])
    match data("function"):
        case None:
            call(write, file("written"))
            call(earlier, id=first.id)
            tries = file("tries")
            operation(
                "server.shell",
                name="Tries",
                commands=[f"echo x >> {tries}; wc -l < {tries}"],
                _retries=5,
                _retry_delay=0,
                _retry_until=thrice,
            )
        case "fail":
            call(fail)
        case "undeclared":
            call(site)


def caught():
    """An error leaves the part that it was raised in."""
    try:
        with part("Left", _env={"A": "1"}):
            operation("files.lien")
    except InvalidValue as error:
        operation("server.shell", name="Outside", commands=[f"echo {error.kind}"])


@function
def write(path):
    target.run(t"date +%s > {path}").success()
    given = target.operation("files.line", path=path, line="added", ensure_newline=True)
    return {"changed": given.changed}


@function
def earlier(id):
    return {"stdout": target.result_of(id, "/stdout")}


@function
def thrice(attempt):
    return "3" in attempt["stdout_lines"]


@function
def fail():
    raise RuntimeError("it does not want to")
