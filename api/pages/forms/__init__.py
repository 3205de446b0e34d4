"""What all forms are made of: fields from the models that deeds take, and the way back to what was typed."""
