"""Code that the notebooks of this example share."""
