"""Tables for people."""

import pandas as pd


def by_species(penguins: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mean and spread of one measurement per species, rounded."""
    groups = penguins.groupby("species")[column]
    return groups.agg(["mean", "std", "count"]).round(2)


def markdown(table: pd.DataFrame, title: str) -> str:
    """A table as Markdown, without needing `tabulate`."""
    head = ["species", *table.columns]
    rows = [[name, *map(str, row)] for name, row in zip(table.index, table.values)]
    lines = [f"## {title}", "", _row(head), _row(["---"] * len(head))]
    return "\n".join([*lines, *map(_row, rows), ""])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
