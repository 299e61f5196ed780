"""What a month was charged: the page, the file, the statement to print."""
