# SPDX-License-Identifier: Apache-2.0
"""The one place in the tests that sleeps: between two looks at a condition."""
import time


def until(condition, seconds=10.0, what="condition"):
    """Returns the first true result of condition(); AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
