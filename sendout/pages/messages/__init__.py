"""The Messages page and the details popup."""
