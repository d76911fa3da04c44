# %% [markdown]
# # Load
#
# The penguins with two derived measurements.

# %% tags=["parameters"]
upstream = None
product = None

# %%
import sys

sys.path.insert(0, "src")

from palmerpenguins import load_penguins

from penguins.features import bill_ratio, body_index

# %%
penguins = load_penguins().dropna()
penguins = penguins.assign(
    bill_ratio=bill_ratio(penguins).round(4),
    body_index=body_index(penguins).round(4),
)
penguins.head()

# %%
penguins.to_csv(product["data"], index=False)
