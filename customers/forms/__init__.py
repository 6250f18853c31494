"""What may be typed about customers and what belongs to them."""
