"""Import of files: kept privately, previewed by a worker, stored as a whole or not at all."""
