"""The Workers page: what runs where, how fast it goes, what waits and why."""
