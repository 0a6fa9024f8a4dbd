"""The office: what a person says, completed into acts, and the records that her words mean."""
