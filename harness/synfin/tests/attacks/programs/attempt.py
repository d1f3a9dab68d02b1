"""Says what was tried and what came of it, so that a test sees that it was tried at all."""

import errno


def attempt(what, action):
    """Prints one line: what came back, or the name of the error. Gives what came back."""
    try:
        result = action()
    except OSError as error:
        print(f"tried {what}: {errno.errorcode.get(error.errno, error)}", flush=True)
        return None
    print(f"tried {what}: {'done' if result is None else result}", flush=True)
    return result
