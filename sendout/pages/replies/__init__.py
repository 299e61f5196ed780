"""The Replies page: conversations by SMS, near misses to decide, rules for forwarding."""
