"""Measurements derived from other measurements."""

import pandas as pd


def bill_ratio(penguins: pd.DataFrame) -> pd.Series:
    """How many times longer than deep the bill is."""
    return penguins["bill_length_mm"] / penguins["bill_depth_mm"]


def body_index(penguins: pd.DataFrame) -> pd.Series:
    """Body mass in relation to the flipper, in grams per millimetre."""
    return penguins["body_mass_g"] / penguins["flipper_length_mm"]
