"""The doors of those who watch: is it there, does it work, how does it do."""
