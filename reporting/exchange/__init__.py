"""The exchange format: a folder of CSV files or one workbook, read in and written out."""
