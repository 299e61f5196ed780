"""What is sent again and again: each time an ordinary send-out, made shortly before it leaves."""
