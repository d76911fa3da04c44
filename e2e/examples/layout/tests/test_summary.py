import pandas as pd

from penguins.summary import by_species, markdown


def test_a_table_has_one_row_per_species():
    penguins = pd.DataFrame({"species": ["Gentoo", "Adelie", "Adelie"], "year": [9, 7, 8]})
    assert markdown(by_species(penguins, "year"), "Years") == (
        "## Years\n"
        "\n"
        "| species | mean | std | count |\n"
        "| --- | --- | --- | --- |\n"
        "| Adelie | 7.5 | 0.71 | 2.0 |\n"
        "| Gentoo | 9.0 | nan | 1.0 |\n"
    )
