"""Prints what is new after its prompt, as a client does that another thread shares the terminal with."""

import builtins

from pair.client import Client

prompt_alone = builtins.input


def prompt_with_news(prompt):
    return prompt_alone(f"{prompt}\n[news] nobody else is here\n")


builtins.input = prompt_with_news
Client().run()
