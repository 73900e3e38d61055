"""Who may come in: VICIdial's login with its lock-out and its list of IP addresses."""

from dataclasses import dataclass

from importer.sandbox.store import Store, User


@dataclass(frozen=True, slots=True)
class LockOut:
    """When failed logins lock a user.

    Attributes:
        after: how many of them.
        seconds: for how long after the last one.
    """

    after: int
    seconds: float


def log_in(store: Store, name: str, password: str, address: str, now: float, lock_out: LockOut) -> User | str:
    """Try a login as VICIdial does, and count it if it fails.

    A locked user is refused with the right password too, and such a refusal is not counted: the time runs from the
    last failed login. Only a good login sets the count back, so after the time has passed one more failed
    login locks at once.

    Args:
        store: the users.
        name: ``user`` as VICIdial keeps it.
        password: ``pass`` as VICIdial keeps it; the refusal repeats it.
        address: the client's IP address.
        now: the time in seconds since 1970.
        lock_out: when to lock.

    Returns:
        The user, or the text of the refusal.
    """
    user = store.user(name)
    refusal = f"ERROR: Login incorrect, please try again: |{name}|{password}|BAD|\n"
    if user is None:
        return refusal
    if user.failed_logins >= lock_out.after and now - user.last_login < lock_out.seconds:
        minutes = f"{lock_out.seconds / 60:g}"
        return f"ERROR: Too many login attempts, try again in {minutes} minutes: |{name}|LOCK|\n"
    if user.password != password or not user.active or user.level < 7:
        store.note_login(name, user.failed_logins + 1, now)
        return refusal
    if user.allowed_ips and address not in user.allowed_ips:
        return f"ERROR: Your IP Address is not allowed: {address}: ||IPBLOCK|\n"
    if user.failed_logins:
        store.note_login(name, 0, now)
    return user
