"""An email as a list of typed blocks: read, cleaned, looked over, written as MJML."""
