"""What is shown: figures written beside the facts, for people who open the graph itself; Relay reads none of them."""
