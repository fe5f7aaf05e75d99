"""Who took part, and who may reach them."""
