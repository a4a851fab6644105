"""The conformance inventory: `@lister/a+b` by a program, `@lister/http://…` from a web address."""

from windlass import InvalidValue
from windlass.inventory import Host, Program, fetch, inventory


@inventory
def hosts(argument):
    if argument.startswith("http://"):
        servers = fetch(argument, headers={"accept": "application/json"}).json()
        return [Host(one["name"], data={"address": one["address"]}) for one in servers]
    if not argument:
        raise InvalidValue("name the hosts, as in @lister/a+b")
    ended = Program("printf", "%s\\n", *argument.split("+")).run()
    names = ended.stdout.decode().split()
    return [Host(name, data={"port": 22}, groups=["listed"]) for name in names]
