"""The canonical tables of a college, and the rules that keep wrong rows out of the scores."""
