"""An inventory: the servers of a cloud."""

from windlass.inventory import Host, fetch, inventory


@inventory
def hosts(zone):
    answer = fetch(f"https://api.example.org/servers?zone={zone}", headers={"accept": "application/json"})
    servers = answer.json()
    return [Host(one["name"], data={"ssh_hostname": one["address"]}, groups=["cloud"]) for one in servers]
