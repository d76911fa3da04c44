# %% [markdown]
# # Fit
#
# Tells the species of a penguin by its nearest neighbours.

# %% tags=["parameters"]
upstream = ["clean"]
product = None
neighbours = 5

# %%
import json

import pandas as pd
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# %%
penguins = pd.read_csv(upstream["clean"])
x = penguins[["bill_length_mm", "bill_depth_mm", "flipper_length_mm"]]
model = make_pipeline(StandardScaler(), KNeighborsClassifier(neighbours))
scores = cross_val_score(model, x, penguins["species"], cv=3)
scores.round(3)

# %%
with open(product["scores"], "w") as file:
    json.dump({"neighbours": neighbours, "score": round(scores.mean(), 4)}, file)
