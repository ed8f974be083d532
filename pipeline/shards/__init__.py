"""Token shards: tokenize, cut into segments, pack into sequences, write, read."""
