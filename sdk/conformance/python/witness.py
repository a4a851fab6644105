"""An observer in Python: it counts what happens to operations, and finds fault with one."""

from windlass.observer import log, observer

count = 0


@observer
def heard(event):
    global count
    if not event["event"].startswith("operation-host-"):
        return
    count += 1
    log.warning(f"{count} {event['event']}")
    if event.get("name") == "fault":
        raise ValueError("this one is at fault")
