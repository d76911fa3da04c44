# %% [markdown]
# # Clean
#
# Drops the rows with missing measurements and the penguins that are too light to be true.

# %% tags=["parameters"]
upstream = ["get-data"]
product = None
min_body_mass_g = 0

# %%
import pandas as pd

# %%
raw = pd.read_csv(upstream["get-data"]["data"])
raw.isna().sum().rename("missing").to_frame()

# %%
clean = raw.dropna()
clean = clean[clean["body_mass_g"] >= min_body_mass_g]
print(f"{len(raw)} penguins, {len(clean)} of them usable")

# %%
clean.to_csv(product["data"], index=False)
