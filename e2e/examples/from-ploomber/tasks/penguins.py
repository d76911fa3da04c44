"""The tasks that are functions."""

from pathlib import Path

import pandas as pd
from palmerpenguins import load_penguins

MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def load(product, fraction):
    """344 penguins, or a part of them."""
    penguins = load_penguins()
    write(penguins.sample(frac=fraction, random_state=0), product)


def clean(product, upstream):
    """Without penguins that nobody could measure."""
    penguins = pd.read_csv(upstream["load"])
    write(penguins.dropna(subset=MEASURES), product)


def write(table, product):
    Path(product).parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(product, index=False)
