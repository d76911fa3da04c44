"""Plots in one style."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

COLOURS = {"Adelie": "darkorange", "Chinstrap": "purple", "Gentoo": "teal"}


def scatter(penguins: pd.DataFrame, x: str, y: str) -> Figure:
    """One point per penguin, one colour per species."""
    figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
    for species, group in penguins.groupby("species"):
        axes.scatter(group[x], group[y], s=12, c=COLOURS[species], label=species)
    axes.set(xlabel=x, ylabel=y)
    axes.legend()
    return figure


def histogram(penguins: pd.DataFrame, column: str, bins: int) -> Figure:
    """The distribution of one measurement per species."""
    figure, axes = plt.subplots(figsize=(5, 4), layout="constrained")
    for species, group in penguins.groupby("species"):
        axes.hist(group[column], bins=bins, alpha=0.6, color=COLOURS[species], label=species)
    axes.set(xlabel=column, ylabel="penguins")
    axes.legend()
    return figure
