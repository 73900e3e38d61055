"""Writing workbooks: whole or not there, text as text, and the checked table."""
