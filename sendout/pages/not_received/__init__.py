"""Did not get it? One person, one message: four checks, an answer, and words for the client."""
