# %% [markdown]
# # Report
#
# Both branches of the diamond on one page.

# %% tags=["parameters"]
upstream = ["bills", "bodies"]
product = None

# %%
import sys

sys.path.insert(0, "src")

import pandas as pd
from IPython.display import Image, Markdown, display

from penguins.summary import markdown

# %%
display(Image(upstream["bills"]["plot"]), Image(upstream["bodies"]["plot"]))

# %%
bills = pd.read_csv(upstream["bills"]["data"], index_col="species")
bodies = pd.read_csv(upstream["bodies"]["data"], index_col="species")
text = "\n".join(
    [
        "# Penguins",
        "",
        markdown(bills, "Bill: length by depth"),
        markdown(bodies, "Body: grams per millimetre of flipper"),
    ]
)
Markdown(text)

# %%
with open(product["summary"], "w") as file:
    file.write(text)
