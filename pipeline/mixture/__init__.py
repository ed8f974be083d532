"""The mixture: how many tokens each source gives (`budget`), and where each copy of a segment stands (`order`)."""
