"""What each audience may see: published figures, and the rules that make them."""
