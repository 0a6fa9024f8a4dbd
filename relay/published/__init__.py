"""What is shown: states and numbers written beside the facts, for people who open the graph itself."""
