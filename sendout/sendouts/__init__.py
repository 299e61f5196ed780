"""What goes to whom, when, through which sender."""
