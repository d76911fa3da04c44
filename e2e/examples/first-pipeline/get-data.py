# %% [markdown]
# # Get the data
#
# 344 penguins of three species, as the package `palmerpenguins` ships them.

# %% tags=["parameters"]
upstream = None
product = None

# %%
from pathlib import Path

from palmerpenguins import load_penguins

# %%
penguins = load_penguins()
penguins.head()

# %%
penguins.groupby("species").size().rename("penguins").to_frame()

# %%
Path(product["data"]).parent.mkdir(parents=True, exist_ok=True)
penguins.to_csv(product["data"], index=False)
