"""Pages of customers and of what belongs to them."""
