"""From text to tree: tokens, names of several words, the parser, and what a tree reads."""
