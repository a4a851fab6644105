"""Backups with restic: repositories, and jobs that fill them."""

import json
import re

from windlass import InvalidValue, MissingFact, Pack, Plan, RemotePath, Secret, get, shell, text

pack = Pack("restic")

PASSWORD_FILE = RemotePath("/etc/restic/password")

# Exit statuses since restic 0.17; before, both were 1.
NO_REPOSITORY = 10
FAILED = 1


def restic(repository: str, password_file: RemotePath, words):
    """A command line of restic."""
    return text(t"restic --repo={repository} --password-file={password_file} ") + text(words)


@pack.fact(requires="restic", example='restic.RepositoryVersion repository=/srv/backup')
def RepositoryVersion(repository: str, password_file: RemotePath = PASSWORD_FILE):
    """The version of a repository's format; null where there is no repository, or neither restic nor the password to
    look with.

    Args:
        repository: Where it is: a path on the host, or what else restic knows (`sftp:…`, `s3:…`).
        password_file: The file on the host that holds its password.
    """
    look = restic(repository, password_file, "cat config --json")
    output = yield shell(text(t"! test -e {password_file} || ") + look)
    if output.status == 0:
        return json.loads(output.text)["version"] if output.text else None
    said = output.stderr.decode("utf-8", "replace").strip()
    if output.status == NO_REPOSITORY or output.status == FAILED and "unable to open config file" in said:
        return None
    raise MissingFact(f"restic cannot look into {repository}: {said}")


@pack.fact(
    requires="restic",
    default=[],
    stability="volatile",
    example="restic.Snapshots repository=/srv/backup tag=etc",
)
def Snapshots(repository: str, tag: str | None = None, password_file: RemotePath = PASSWORD_FILE):
    """The snapshots in a repository, oldest first: `id`, `time`, `hostname`, `paths` and `tags` of each.

    Args:
        repository: Where it is.
        tag: Only those with this tag, which is a job's name.
        password_file: The file on the host that holds its password.
    """
    chosen = t"" if tag is None else t" --tag={tag}"
    output = yield shell(restic(repository, password_file, t"snapshots --json") + text(chosen))
    if output.status != 0:
        said = output.stderr.decode("utf-8", "replace").strip()
        raise MissingFact(f"restic cannot list the snapshots in {repository}: {said}")
    return [
        {
            "id": one["short_id"],
            "time": one["time"],
            "hostname": one["hostname"],
            "paths": one["paths"],
            "tags": one.get("tags") or [],
        }
        for one in json.loads(output.text) or []
    ]


# ANCHOR: repository
@pack.operation(
    uses=["files.put"],
    example='restic.repository("/srv/backup", password = secret("env:RESTIC_PASSWORD"), _sudo = True)',
)
def repository(
    plan: Plan,
    repository: str,
    password: str | Secret,
    password_file: RemotePath = PASSWORD_FILE,
    version: int = 2,
):
    """Make a repository, and keep its password on the host.

    One that is there stays as it is, whatever its version.

    Args:
        repository: Where it is: a path on the host, or what else restic knows (`sftp:…`, `s3:…`).
        password: Its password, or a secret.
        password_file: The file on the host that is to hold the password; only its owner can read it.
        version: The format of a new one.
    """
    content = {"$content": {"$secret": password.number} if isinstance(password, Secret) else password}
    plan.nested("files.put", src=content, dest=password_file, mode="600", create_remote_dir=True)
    there = RepositoryVersion(repository=repository, password_file=password_file)
    if get(there) is not None:
        plan.note(f"there is a repository at {repository}")
        return
    # Where the password came only now, nobody could look before: another host may have made it.
    look = restic(repository, password_file, "cat config > /dev/null 2>&1 || ")
    init = restic(repository, password_file, t"init --repository-version={version}")
    plan.run(look + init).predict(there, version)
# ANCHOR_END: repository


@pack.operation(
    uses=["files.file", "files.put"],
    example='restic.job("etc", repository = "/srv/backup", paths = ["/etc"], schedule = "30 2 * * *", _sudo = True)',
)
def job(
    plan: Plan,
    name: str,
    repository: str,
    paths: list[str],
    schedule: str = "0 3 * * *",
    keep_daily: int = 7,
    keep_weekly: int = 4,
    user: str = "root",
    password_file: RemotePath = PASSWORD_FILE,
    present: bool = True,
):
    """Back up files by a job of cron, and forget old snapshots of it.

    Args:
        name: The job's name, and the tag of its snapshots.
        repository: Where its snapshots go.
        paths: What it backs up, by absolute paths.
        schedule: When, in the five fields of cron.
        keep_daily: For how many days the last snapshot is kept.
        keep_weekly: For how many weeks the last snapshot is kept.
        user: As whom it runs.
        password_file: The file on the host that holds the repository's password.
        present: Whether the job is to be there.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise InvalidValue("a job's name has letters, digits, `-` and `_`: cron reads no other files", at="name")
    file = f"/etc/cron.d/restic-{name}"
    if not present:
        plan.nested("files.file", path=file, present=False)
        return
    if len(schedule.split()) != 5:
        raise InvalidValue(f"`{schedule}` has not the five fields of cron", at="schedule")
    for path in paths:
        if not path.startswith("/"):
            raise InvalidValue(f"`{path}` is not absolute, and cron runs in the home folder", at="paths")
    backup = ["backup", "--quiet", f"--tag={name}", "--", *paths]
    forget = ["forget", "--quiet", f"--tag={name}", f"--keep-daily={keep_daily}", f"--keep-weekly={keep_weekly}"]
    start = ["restic", f"--repo={repository}", f"--password-file={password_file}"]
    commands = [[*start, *backup], [*start, *forget, "--prune"]]
    command = " && ".join(" ".join(quoted(word) for word in words) for words in commands)
    line = f"{schedule} {user} {command}\n"
    plan.nested("files.put", src={"$content": line}, dest=file, mode="644")


def quoted(word: str) -> str:
    """A word for the shell that cron starts. Cron itself makes a new line of each `%` without a backslash."""
    if "\n" in word:
        raise InvalidValue("a line of cron cannot hold a line break")
    if re.fullmatch(r"[A-Za-z0-9_@+=:,./-]+", word):
        return word
    return "'" + word.replace("'", "'\\''").replace("%", "'\\%'") + "'"
