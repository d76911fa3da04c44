# %% [markdown]
# # Fit one model
#
# Cross-validates the model that the params name.

# %% tags=["parameters"]
upstream = ["load"]
product = None
model = "logistic"
size = 1

# %%
import json

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

# %%
models = {
    "logistic": LogisticRegression(),
    "ridge": RidgeClassifier(),
    "naive_bayes": GaussianNB(),
    "knn": KNeighborsClassifier(n_neighbors=size),
    "tree": DecisionTreeClassifier(max_depth=size, random_state=0),
    "forest": RandomForestClassifier(n_estimators=size, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=size, random_state=0),
}
data = pd.read_csv(upstream["load"]["data"])
x, y = data.drop(columns="target"), data["target"]

# %%
scores = cross_val_score(make_pipeline(StandardScaler(), models[model]), x, y, cv=3)
print(f"{model}: {scores.mean():.1%}, worst fold {scores.min():.1%}")

# %%
with open(product["scores"], "w") as file:
    json.dump({"model": model, "size": size, "scores": scores.round(4).tolist()}, file)
