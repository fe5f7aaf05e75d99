"""People, organisations and accounts, and who may contact them."""
