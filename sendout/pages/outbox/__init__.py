"""What "arrived" by the sandbox: every email and SMS as it left."""
