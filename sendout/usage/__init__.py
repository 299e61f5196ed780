"""What was charged: prices by channel and country, usage per day, the limit."""
