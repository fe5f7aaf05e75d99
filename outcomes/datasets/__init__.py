"""One description of the public fields of each table, which files and pages read."""
