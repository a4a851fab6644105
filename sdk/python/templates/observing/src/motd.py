"""An observer: it counts what a run changes, and what fails."""

from windlass.observer import log, observer

changed = failed = 0


@observer
def heard(event):
    global changed, failed
    match event["event"]:
        case "operation-host-success" if event["changed"]:
            changed += 1
        case "operation-host-error":
            failed += 1
        case "run-end":
            say = log.warning if failed else log.info
            say(f"{changed} changed, {failed} failed")
