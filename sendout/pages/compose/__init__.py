"""Writing a send-out, choosing whom it goes to, checking and sending it."""
