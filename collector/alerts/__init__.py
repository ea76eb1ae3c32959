"""What is wrong now, whom it concerns, and who is told when."""
