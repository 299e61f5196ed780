"""Mailboxes that mail is fetched from, by IMAP and POP3."""
