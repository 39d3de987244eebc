"""Cards as pictures, for whoever designs them."""
