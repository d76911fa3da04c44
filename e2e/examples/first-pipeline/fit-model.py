# %% [markdown]
# # Fit a model
#
# Which species is it? A logistic regression on four measurements.

# %% tags=["parameters"]
upstream = ["clean"]
product = None
test_fraction = 0.5

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# %%
penguins = pd.read_csv(upstream["clean"]["data"])
measurements = [
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
]
x_train, x_test, y_train, y_test = train_test_split(
    penguins[measurements],
    penguins["species"],
    test_size=test_fraction,
    random_state=0,
    stratify=penguins["species"],
)

# %%
model = make_pipeline(StandardScaler(), LogisticRegression())
model.fit(x_train, y_train)
accuracy = model.score(x_test, y_test)
print(f"{accuracy:.1%} of {len(x_test)} penguins recognised")

# %%
ConfusionMatrixDisplay.from_estimator(model, x_test, y_test, cmap="Greens")
plt.show()

# %%
with open(product["data"], "w") as file:
    json.dump({"accuracy": round(accuracy, 4), "tested": len(x_test)}, file)
