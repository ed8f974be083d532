"""The parts of the page: each function takes the figures and returns a section's HTML, empty where there is nothing."""
