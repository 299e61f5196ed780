"""A closure: told to everybody at once, and watched until everybody knows."""
