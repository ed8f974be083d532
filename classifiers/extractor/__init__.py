"""The learned extractor's training: gold pages, labels for their blocks, and the score of an extracted text."""
