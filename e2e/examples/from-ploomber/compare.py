# %% [markdown]
# # Compare
#
# `fit-*` takes in every task of the grid.

# %% tags=["parameters"]
upstream = ["fit-*"]
product = None

# %%
import json

import pandas as pd

# %%
fits = upstream["fit-*"].values()
table = pd.DataFrame([json.load(open(fit["scores"])) for fit in fits])
table = table.sort_values("score", ascending=False)
table

# %%
table.to_csv(product["table"], index=False)
