"""Fills its disk, first with bytes and then with names."""

import os

from attempt import attempt


def fill():
    with open("full", "wb") as file:
        while True:
            file.write(bytes(1 << 20))
            file.flush()


def fill_names():
    os.mkdir("names")
    for number in range(10_000_000):
        os.close(os.open(f"names/{number}", os.O_CREAT))


attempt("bytes", fill)
os.unlink("full")
attempt("names", fill_names)
for name in os.listdir("names"):
    os.unlink(f"names/{name}")
