"""What the company has written down: taken in, found again, and quoted to the character."""
