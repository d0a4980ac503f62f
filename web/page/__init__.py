"""What pages share: the frame round them, questions, words, tabs, refreshing."""
