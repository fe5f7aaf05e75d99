"""Files on their way in: kept privately, looked at by a worker, stored as a whole or not at all."""
