# %% [markdown]
# # Load
#
# 569 tumours with 30 measurements each, as scikit-learn ships them.

# %% tags=["parameters"]
upstream = None
product = None

# %%
from sklearn.datasets import load_breast_cancer

# %%
data = load_breast_cancer(as_frame=True).frame
data["target"].value_counts().to_frame()

# %%
data.to_csv(product["data"], index=False)
