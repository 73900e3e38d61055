"""Import DIDs (inbound phone numbers) from a spreadsheet into VICIdial, and learn what became of every row."""

__version__ = "0.1.0"
