"""Mail that came back, kept until it is understood, and the mailboxes it is fetched from."""
