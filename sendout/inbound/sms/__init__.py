"""What providers of SMS tell: what became of texts, and what phones send."""
