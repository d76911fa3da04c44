# %% [markdown]
# # Compare
#
# Whatever fits a model is compared: `fit-*` takes in every task of that name.

# %% tags=["parameters"]
upstream = ["fit-*"]
product = None

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd

# %%
rows = []
for name, products in upstream["fit-*"].items():
    with open(products["scores"]) as file:
        scores = pd.Series(json.load(file)["scores"])
    rows.append({"task": name, "mean": scores.mean(), "worst": scores.min()})
table = pd.DataFrame(rows).set_index("task").sort_values("mean").round(4)
table

# %%
table.plot.barh(figsize=(6, 4), xlim=(0.8, 1))
plt.tight_layout()
plt.show()

# %%
table.to_csv(product["table"])
