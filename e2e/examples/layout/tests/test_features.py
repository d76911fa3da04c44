import pandas as pd

from penguins.features import bill_ratio, body_index


def test_bill_ratio_is_length_by_depth():
    penguins = pd.DataFrame({"bill_length_mm": [40.0], "bill_depth_mm": [20.0]})
    assert bill_ratio(penguins).tolist() == [2.0]


def test_body_index_is_grams_per_millimetre_of_flipper():
    penguins = pd.DataFrame({"body_mass_g": [4000.0], "flipper_length_mm": [200.0]})
    assert body_index(penguins).tolist() == [20.0]
