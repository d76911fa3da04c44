"""Hooks: what has to hold for the outputs of a task. One that raises fails the task, and nothing of it is kept."""

import pandas as pd


def is_plausible(product):
    """All three species, and no penguin of 100 kg."""
    penguins = pd.read_csv(product)
    assert set(penguins["species"]) == {"Adelie", "Chinstrap", "Gentoo"}
    assert penguins["body_mass_g"].between(2000, 7000).all()
