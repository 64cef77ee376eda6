"""JupyterLab: tools that answer in a notebook cell."""
