# %% [markdown]
# # Bodies
#
# How heavy are they for their size?

# %% tags=["parameters"]
upstream = ["load"]
product = None
bins = 10

# %%
import sys

sys.path.insert(0, "src")

import pandas as pd

from penguins.plots import histogram
from penguins.summary import by_species

# %%
penguins = pd.read_csv(upstream["load"]["data"])
table = by_species(penguins, "body_index")
table

# %%
figure = histogram(penguins, "body_index", bins)
figure.savefig(product["plot"])

# %%
table.to_csv(product["data"])
