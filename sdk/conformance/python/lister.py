"""The conformance inventory: `@lister/a+b` by a program, `@lister/http://…` from a web address."""

from windlass import InvalidValue
from windlass.inventory import Host, Program, fetch, inventory


@inventory
def hosts(argument):
    if argument.startswith("http://"):
        answer = fetch(argument, headers={"accept": "application/json"})
        said = {"link": answer.headers.get("link")}
        return [Host(one["name"], data={"address": one["address"], **said}) for one in answer.json()]
    if not argument:
        raise InvalidValue("name the hosts, as in @lister/a+b")
    ended = Program("printf", "%s\\n", *argument.split("+")).run()
    names = ended.stdout.decode().split()
    return [Host(name, data={"port": 22}, groups=["listed"]) for name in names]
